import type { Log } from '../util/log.ts'
import type { AdminFacts } from './admin/admin-facts.ts'
import { openAdminListener } from './admin/admin-listener.ts'
import { startApiServerLink } from './api-server/api-server-link.ts'
import { joinObservers } from './decisions/join-observers.ts'
import { openDecisionLog } from './decisions/open-decision-log.ts'
import { Fallback } from './fallback/fallback.ts'
import { sayFarewell } from './farewell.ts'
import { openFramedListener } from './framed/framed-listener.ts'
import { giveBackGarbage } from './garbage.ts'
import { PolicyReloader, type PolicyReloaderOptions } from './hot-reload/policy-reloader.ts'
import { Drain } from './http/drain.ts'
import { createHandlers, type Handlers } from './http/handlers.ts'
import type { Listener } from './http/listener.ts'
import { openListeners } from './http/listeners.ts'
import { type OpenFront, openFront } from './http/open-front.ts'
import { openModules } from './modules/open-modules.ts'
import type { PullResult } from './modules/remote-module.ts'
import { optimizeAnswersEarly, optimizeGuestsEarly } from './optimize-early.ts'
import { type PolicySources, takeSnapshot } from './policies/policies-snapshot.ts'
import { waitForSnapshot } from './policies/wait-for-snapshot.ts'
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
import { ShownCertificate } from './tls/shown-certificate.ts'

type WriteOut = (text: string) => Promise<void>

interface Loaded {
  readonly metrics: Metrics
  readonly pool: StartedEvaluatorPool
  readonly policies: PoliciesInForce
}

/** Begins after the listeners: whom it tells of this shim may ask at once. */
interface Registration {
  keeper?: StartedKeeper | undefined
}

/** What is there before the policies are. */
interface FrontParts {
  readonly metrics: Metrics
  readonly drain: Drain
  readonly fallback: Fallback | undefined
}

interface ListeningParts extends Loaded, FrontParts {
  readonly disabled: DisabledPolicies
  readonly handlers: Handlers
  readonly front: OpenFront | undefined
  readonly certificate: ShownCertificate
  readonly registration: Registration
}

/** The sidecar beside the API server, not started yet. */
export class Shim {
  readonly #options: ShimOptions
  readonly #log: Log
  readonly #write: WriteOut
  readonly #drain = new Drain()
  /** From the first moment, where there is a fallback. */
  #front: OpenFront | undefined

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
    optimizeGuestsEarly()
    await using resources = new AsyncDisposableStack()
    const log = this.#log
    const { certificates, graceMs, lingerMs = 0, handoverGraceMs } = this.#options
    const metrics = new Metrics()
    const onPull = (result: PullResult) => metrics.recordPull(result)
    const modules = resources.use(await openModules(this.#options.modules, { onPull, log }))
    const certificate = new ShownCertificate(await readCertificate(certificates))
    const parts: FrontParts = { metrics, drain: this.#drain, fallback: this.#openFallback(metrics, resources) }
    const front = await this.#openFront(parts, certificate, resources)
    this.#front = front
    const take = () => takeSnapshot(this.#options.policies, modules.read)
    const onRefusal = front && ((why: string) => front.front.explain(why))
    const snapshot = await waitForSnapshot(take, { onRefusal, log })
    const loaded = await this.#load(snapshot.content, metrics, resources)
    const answering = await this.#prepareAnswers({ ...loaded, ...parts }, resources)
    const { policies } = loaded
    const { drain } = parts
    const { decisions, client } = answering
    const registration: Registration = {}
    // nobody waits yet but for the fallback
    giveBackGarbage()
    optimizeAnswersEarly()
    const listening = { ...loaded, ...parts, ...answering, certificate, front, registration }
    const listeners = await this.#listen(listening, resources)
    front?.front.use(answering.handlers.answer)
    const reloader = resources.use(this.#startReloader({ digest: snapshot.digest, policies, modules, metrics }))
    const keeper = resources.use(startKeeper(this.#options, { policies, client, drain, log }))
    registration.keeper = keeper
    const onChange = (renewed: ServerCertificate) => certificate.replace(renewed, listeners)
    const onBundle = () => keeper?.update()
    const watch = resources.use(new CertificateWatch(certificates, certificate.current, { onChange, onBundle, log }))
    metrics.observeCertificate(() => endsOf(watch.current))

    const lifetime = { graceMs, lingerMs, handoverGraceMs, resources: resources.move() }
    const started = new StartedShim({ listeners, drain, reloader, log, ...lifetime, ...(decisions && { decisions }) })
    const failed = listFailures(policies.current).map(({ id }) => id)
    log.info({ addresses: started.addresses, policies: policies.current.size, failed }, 'ready')
    return started
  }

  /**
   * Gives up a start that is not done: takes no new connections, and lets the fallback answer what was passed on to it. Resolves
   * as `StartedShim.stop`, and leaves the rest to the end of the process.
   */
  async giveUp(impatience: AbortSignal): Promise<number> {
    const front = this.#front
    if (front === undefined) return 0
    const { graceMs, handoverGraceMs } = this.#options
    const listeners = [front.listener]
    const dials = await front.listener.dialsAfterwards()
    const waiting = { graceMs, lingerMs: 0, handoverGraceMs, impatience }
    await sayFarewell({ listeners, drain: this.#drain, dials, ...waiting, log: this.#log })
    return this.#drain.inFlight
  }

  #openFallback(metrics: Metrics, resources: AsyncDisposableStack): Fallback | undefined {
    const { fallback, certificates } = this.#options
    return fallback && resources.use(new Fallback(fallback, { certificates, metrics, log: this.#log }))
  }

  /** With a fallback the socket is open from the beginning. */
  async #openFront(
    { fallback, ...parts }: FrontParts,
    { current: certificate }: ShownCertificate,
    resources: AsyncDisposableStack,
  ): Promise<OpenFront | undefined> {
    const { socket } = this.#options
    if (fallback === undefined || socket === undefined) return undefined
    const opened = await openFront({ ...parts, fallback, socket, certificate, log: this.#log })
    if (opened !== undefined) resources.defer(() => close(opened.listener))
    return opened
  }

  /** The policies, and the threads that evaluate them. */
  async #load(sources: PolicySources, metrics: Metrics, resources: AsyncDisposableStack) {
    const log = this.#log
    const pool = resources.use(await this.#startPool(metrics, this.#options.workers))
    const { signal } = new AbortController()
    const loaded = await loadPolicySet(sources, { ...this.#options, pool: async () => pool, signal, log })
    const policies = new PoliciesInForce(pool, this.#options.selectors)
    policies.replace(loaded, sources)
    policies.sets.onLag((digest) =>
      log.warn(
        { asked: digest, inForce: policies.sets.current.digest },
        'an API server still asks for a policy set that was replaced: register the new one',
      ),
    )
    metrics.observe(() => pool.stats, policies)
    return { metrics, pool, policies }
  }

  /** Who answers requests, and all that he looks at besides policies. */
  async #prepareAnswers(
    { metrics, pool, policies, drain, fallback }: Loaded & FrontParts,
    resources: AsyncDisposableStack,
  ) {
    const log = this.#log
    const disabled = resources.use(new DisabledPolicies(log))
    metrics.observeDisabled(disabled, policies)
    const { client, namespaces, events } = resources.use(await startApiServerLink(this.#options, log))
    const decisions = openDecisionLog(this.#options.decisionLog, { metrics, log, write: this.#write })
    if (decisions !== undefined) resources.use(decisions)
    const reviewer = new Reviewer({ pool, metrics, disabled, log })
    const onDecision = joinObservers([decisions?.observe, events?.observe])
    const handlers = createHandlers({
      policies,
      reviewer,
      metrics,
      drain,
      namespaces,
      fallback,
      log,
      ...(onDecision && { onDecision }),
    })
    return { disabled, client, decisions, handlers }
  }

  /** Opens all listeners, that of the operator among them. */
  async #listen(parts: ListeningParts, resources: AsyncDisposableStack): Promise<readonly Listener[]> {
    const log = this.#log
    const { admin, framed } = this.#options
    const { policies, disabled, drain, pool, metrics, fallback, handlers, front, certificate, registration } = parts
    const listeners: Listener[] = []
    const facts: AdminFacts = {
      options: this.#options,
      startedAt: new Date(),
      statistics: metrics.statistics,
      policies,
      disabled,
      drain,
      fallback,
      addresses: () => listeners.map(({ address }) => address),
      pool: () => pool.stats,
      registrationState: () => registration.keeper?.state,
      certificate: () => certificate.current.cert,
    }
    const openAdmin = async () => {
      if (admin !== undefined) resources.use(await openAdminListener(admin, facts, log))
    }
    const openFramed = async () => framed && openFramedListener(framed, { ...handlers.answerers, drain, log })
    const opened = front?.listener
    const options = {
      ...this.#options,
      ...handlers,
      opened,
      certificate: certificate.current,
      drain,
      openAdmin,
      openFramed,
      log,
    }
    await openListeners(options, (listener) => {
      listeners.push(listener)
      if (listener !== opened) resources.defer(() => close(listener))
    })
    return listeners
  }

  #startReloader(options: Pick<PolicyReloaderOptions, 'digest' | 'policies' | 'modules' | 'metrics'>): PolicyReloader {
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
      evaluatesInFront: true,
      // what is left is for the fallback
      ...(this.#options.fallback && { maxWaitShare: 0.5 }),
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
