import { GatehouseError } from '../util/errors.ts'
import type { Log } from '../util/log.ts'
import { openAdminListener } from './admin/admin-listener.ts'
import { startApiServerLink } from './api-server/api-server-link.ts'
import { joinObservers } from './decisions/join-observers.ts'
import { openDecisionLog } from './decisions/open-decision-log.ts'
import { PolicyReloader, type PolicyReloaderOptions } from './hot-reload/policy-reloader.ts'
import { Drain } from './http/drain.ts'
import { createHandlers } from './http/handlers.ts'
import type { Listener } from './http/listener.ts'
import { openListeners } from './http/listeners.ts'
import { takeSnapshot } from './policies/policies-snapshot.ts'
import { loadPolicySet } from './policy-set/load-policy-set.ts'
import { PoliciesInForce } from './policy-set/policies-in-force.ts'
import { listFailures } from './policy-set/policy-set.ts'
import { reloadPolicySet } from './policy-set/reload-policy-set.ts'
import { EvaluatorPool, type StartedEvaluatorPool } from './pool/evaluator-pool.ts'
import { type StartedKeeper, startKeeper } from './registration/start-keeper.ts'
import { DisabledPolicies } from './review/disabled-policies.ts'
import { logPolicyLine } from './review/policy-log.ts'
import { Reviewer } from './review/reviewer.ts'
import type { ShimOptions } from './shim-options.ts'
import { StartedShim } from './started-shim.ts'
import { Metrics } from './telemetry/metrics.ts'
import { readCertificate } from './tls/certificate-source.ts'
import { CertificateWatch } from './tls/certificate-watch.ts'
import { endsOf } from './tls/report-certificate.ts'
import type { ServerCertificate } from './tls/server-certificate.ts'

type WriteOut = (text: string) => Promise<void>

/** The sidecar beside the API server, not started yet. */
export class Shim {
  readonly #options: ShimOptions
  readonly #log: Log
  readonly #write: WriteOut

  /** @param write where decisions go that are to go to standard output */
  constructor(options: ShimOptions, log: Log, write: WriteOut = async () => {}) {
    this.#options = options
    this.#log = log
    this.#write = write
  }

  /**
   * Loads the policies, then listens: whoever can connect gets verdicts.
   * @throws GatehouseError when nothing can be served; a policy that cannot be loaded is only that policy's failure
   */
  async start(): Promise<StartedShim> {
    await using resources = new AsyncDisposableStack()
    const log = this.#log
    const { content, digest } = await takeSnapshot(this.#options.policies)
    if (content instanceof GatehouseError) throw content
    const certificate = await readCertificate(this.#options.certificates)
    const metrics = new Metrics()
    const pool = resources.use(await this.#startPool(metrics, this.#options.workers))
    const { signal } = new AbortController()
    const loaded = await loadPolicySet(content, { ...this.#options, pool: async () => pool, signal, log })
    const disabled = resources.use(new DisabledPolicies(log))
    const link = resources.use(await startApiServerLink(this.#options, log))
    const policies = new PoliciesInForce(pool, this.#options.selectors)
    policies.replace(loaded, content)
    policies.sets.onLag((digest) =>
      log.warn(
        { asked: digest, inForce: policies.sets.current.digest },
        'an API server still asks for a policy set that was replaced: register the new one',
      ),
    )
    metrics.observe(() => pool.stats, policies)
    metrics.observeDisabled(disabled, policies)

    const decisions = openDecisionLog(this.#options.decisionLog, { metrics, log, write: this.#write })
    if (decisions !== undefined) resources.use(decisions)
    const drain = new Drain()
    const reviewer = new Reviewer({ pool, metrics, disabled, log })
    const onDecision = joinObservers([decisions?.observe, link.events?.observe])
    const { namespaces } = link
    const handlers = createHandlers({
      policies,
      reviewer,
      metrics,
      drain,
      namespaces,
      log,
      ...(onDecision && { onDecision }),
    })
    const listeners: Listener[] = []
    let shown = certificate
    let keeper: StartedKeeper | undefined
    const openAdmin = async () => {
      const { admin } = this.#options
      if (admin === undefined) return
      const facts = {
        options: this.#options,
        startedAt: new Date(),
        statistics: metrics.statistics,
        ...{ policies, disabled, drain },
        addresses: () => listeners.map(({ address }) => address),
        pool: () => pool.stats,
        registrationState: () => keeper?.state,
        certificate: () => shown.cert,
      }
      resources.use(await openAdminListener(admin, facts, log))
    }
    await openListeners({ ...this.#options, ...handlers, certificate, openAdmin, log }, (listener) => {
      listeners.push(listener)
      resources.defer(() => close(listener))
    })
    const reloader = resources.use(this.#startReloader({ digest, policies, metrics }))
    const { client } = link
    keeper = resources.use(startKeeper(this.#options, { policies, client, drain, log }))

    const onChange = (renewed: ServerCertificate) => {
      shown = renewed
      for (const listener of listeners) listener.useCertificate(renewed)
    }
    const onBundle = () => keeper?.update()
    const { certificates } = this.#options
    const watch = resources.use(new CertificateWatch(certificates, certificate, { onChange, onBundle, log }))
    metrics.observeCertificate(() => endsOf(watch.current))

    const { graceMs, handoverGraceMs } = this.#options
    const lifetime = { graceMs, handoverGraceMs, resources: resources.move() }
    const started = new StartedShim({ listeners, drain, reloader, log, ...lifetime, ...(decisions && { decisions }) })
    const failed = listFailures(loaded).map(({ id }) => id)
    log.info({ addresses: started.addresses, policies: loaded.size, failed }, 'ready')
    return started
  }

  #startReloader(options: Pick<PolicyReloaderOptions, 'digest' | 'policies' | 'metrics'>): PolicyReloader {
    const log = this.#log
    const startPool = () => this.#startPool(options.metrics, 1)
    const load: PolicyReloaderOptions['load'] = (sources, previous, signal) =>
      reloadPolicySet(sources, { ...this.#options, previous, signal, startPool, log })
    return new PolicyReloader({ ...options, path: this.#options.policies, load, log })
  }

  #startPool(metrics: Metrics, workers: number): Promise<StartedEvaluatorPool> {
    const log = this.#log
    return new EvaluatorPool({
      ...this.#options,
      workers,
      log,
      onPolicyLog: (line) => logPolicyLine(log, line),
      onThreadEnd: (reason) => metrics.recordThreadEnd(reason),
    }).start()
  }
}

async function close(listener: Listener): Promise<void> {
  await listener.stopAccepting()
  listener.closeConnections()
}
