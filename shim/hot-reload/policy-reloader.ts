import { isDeepStrictEqual } from 'node:util'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { MODULE_FILES, type ModuleSupply } from '../modules/module-supply.ts'
import { type PoliciesSnapshot, type PolicySources, takeSnapshot } from '../policies/policies-snapshot.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import { listFailures, listRefusedUpdates, type PolicySet } from '../policy-set/policy-set.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { PathWatcher } from './path-watcher.ts'

export interface PolicyReloaderOptions {
  /** Where the policies lie. */
  readonly path: string
  /** The digest of those that are in force. */
  readonly digest: string
  readonly policies: PoliciesInForce
  /** Makes a set of what was read, and takes over from the previous one what did not change. */
  readonly load: (sources: PolicySources, previous: PolicySet, signal: AbortSignal) => Promise<PolicySet>
  readonly modules?: ModuleSupply
  readonly metrics: Metrics
  readonly log: Log
  readonly pollIntervalMs?: number
}

// As the API server does for its own files.
const POLL_INTERVAL_MS = 60_000
/** Writers seldom write once: what follows within this span is loaded together. */
const SETTLE_MS = 100
const MAX_READS = 20

/** Keeps the policies in force in step with their files. One reload at a time; what changes meanwhile is the next one's. */
export class PolicyReloader implements AsyncDisposable {
  readonly #options: PolicyReloaderOptions
  readonly #modules: ModuleSupply
  readonly #watcher: PathWatcher
  readonly #poll: NodeJS.Timeout
  readonly #stopped = new AbortController()
  #settling: NodeJS.Timeout | undefined
  #digest: string | undefined
  #isAsked = false
  #running: Promise<void> | undefined

  constructor(options: PolicyReloaderOptions) {
    this.#options = options
    this.#modules = options.modules ?? MODULE_FILES
    this.#digest = options.digest
    this.#watcher = new PathWatcher({ onChange: () => this.#settle(), log: options.log })
    this.#poll = setInterval(() => void this.#look(), options.pollIntervalMs ?? POLL_INTERVAL_MS)
    this.#modules.onChange(() => this.#settle())
    // what changed since the policies were read, and before anybody watched
    void this.#look()
  }

  /** Loads the policies again, changed or not: those that failed for reasons outside their files get another chance. */
  reload(): Promise<void> {
    this.#digest = undefined
    this.#modules.refresh()
    return this.#look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(new GatehouseError('ERR_POOL_STOPPED', 'the shim is shutting down'))
    clearInterval(this.#poll)
    this.#modules.onChange(() => {})
    clearTimeout(this.#settling)
    this.#watcher[Symbol.dispose]()
    await this.#running
  }

  #settle(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined
      void this.#look()
    }, SETTLE_MS)
  }

  /** Resolves when what lies on the disk now has been looked at. */
  #look(): Promise<void> {
    this.#isAsked = true
    this.#running ??= this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    while (this.#isAsked && !this.#stopped.signal.aborted) {
      this.#isAsked = false
      await this.#lookOnce()
    }
    this.#running = undefined
  }

  async #lookOnce(): Promise<void> {
    try {
      const snapshot = await this.#readSettled()
      if (snapshot.digest === this.#digest) return
      this.#digest = snapshot.digest
      if (snapshot.content instanceof GatehouseError) this.#refuse(snapshot.content)
      else await this.#load(snapshot.content)
    } catch (error) {
      if (this.#stopped.signal.aborted) return
      this.#digest = undefined
      this.#refuse(error)
    }
  }

  /** Two readings that are equal, so that no set is made of files from before and after a change. */
  async #readSettled(): Promise<PoliciesSnapshot> {
    const { path } = this.#options
    let snapshot = await takeSnapshot(path, this.#modules.read)
    for (let reads = 1; reads < MAX_READS; reads++) {
      await this.#watcher.watch(snapshot.paths)
      const again = await takeSnapshot(path, this.#modules.read)
      if (again.digest === snapshot.digest) return again
      snapshot = again
    }
    throw new GatehouseError('ERR_FILE_READ', `${path}: the policies change faster than they can be read`)
  }

  async #load(sources: PolicySources): Promise<void> {
    const { policies, load, metrics, log } = this.#options
    const { signal } = this.#stopped
    const previous = policies.current
    const next = await load(sources, previous, signal)
    signal.throwIfAborted()
    policies.replace(next, sources)
    await metrics.forgetPolicies(new Set([...previous.keys()].filter((id) => !next.has(id))))
    const failed = listFailures(next).map(({ id }) => id)
    const outdated = listRefusedUpdates(next).map(([id]) => id)
    metrics.recordReload(failed.length + outdated.length === 0 ? 'success' : 'partial')
    log.info({ policies: next.size, ...describeChange(previous, next), failed, outdated }, 'policies reloaded')
  }

  #refuse(error: unknown): void {
    const { policies, metrics, log } = this.#options
    policies.keep(messageOf(error))
    metrics.recordReload('failure')
    log.error({ error: messageOf(error) }, 'policies could not be reloaded; those loaded before keep answering')
  }
}

function describeChange(previous: PolicySet, next: PolicySet) {
  const ids = [...next.keys()]
  return {
    added: ids.filter((id) => !previous.has(id)),
    changed: ids.filter((id) => previous.has(id) && !isDeepStrictEqual(previous.get(id), next.get(id))),
    removed: [...previous.keys()].filter((id) => !next.has(id)),
  }
}
