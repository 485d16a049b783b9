import type { Log } from '../util/log.ts'
import type { DecisionLog } from './decisions/decision-log.ts'
import { sayFarewell } from './farewell.ts'
import type { PolicyReloader } from './hot-reload/policy-reloader.ts'
import type { Drain } from './http/drain.ts'
import type { Dials, Listener } from './http/listener.ts'

export interface StartedShimOptions {
  readonly listeners: readonly Listener[]
  readonly drain: Drain
  readonly reloader: PolicyReloader
  readonly decisions?: DecisionLog
  readonly graceMs: number
  readonly lingerMs: number
  readonly handoverGraceMs: number
  readonly log: Log
  /** What ends with the shim: connections, threads, timers. */
  readonly resources: AsyncDisposableStack
}

/** The sidecar at work. It ends when it is stopped, or by itself when a successor has taken its socket. */
export class StartedShim implements AsyncDisposable {
  readonly #options: StartedShimOptions
  readonly #impatience = new AbortController()
  readonly #ended = Promise.withResolvers<number>()
  #isStopping = false

  constructor(options: StartedShimOptions) {
    this.#options = options
    for (const listener of options.listeners) options.resources.use(listener.watchName(() => void this.stop()))
  }

  /** Where it listens: paths, and `host:port`. */
  get addresses(): readonly string[] {
    return this.#options.listeners.map(({ address }) => address)
  }

  /** Resolves when it has ended, for whatever reason, to the number of requests that were cut off. */
  get ended(): Promise<number> {
    return this.#ended.promise
  }

  /** Loads the policies again, changed or not, and opens the decision log anew. What cannot be loaded is logged, and counted, and never thrown. */
  async reload(): Promise<void> {
    this.#options.decisions?.reopen()
    await this.#options.reloader.reload()
  }

  /**
   * Takes no new connections, answers those who are connected, and ends: soon, unless a successor has its socket. After
   * the grace period, or when `impatience` aborts, it ends without waiting. Resolves as `ended`.
   */
  stop(impatience?: AbortSignal): Promise<number> {
    if (impatience?.aborted) this.#impatience.abort()
    impatience?.addEventListener('abort', () => this.#impatience.abort(), { once: true })
    if (!this.#isStopping) {
      this.#isStopping = true
      this.#stop().then(this.#ended.resolve, this.#ended.reject)
    }
    return this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #stop(): Promise<number> {
    const { drain, log, resources } = this.#options
    const dials = await this.#dialsAfterwards()
    const fields = { inFlight: drain.inFlight }
    if (dials === 'answered') log.info(fields, 'another shim has taken the socket; stopping when nobody is connected')
    else log.info(fields, 'stopping')
    await sayFarewell({ ...this.#options, dials, impatience: this.#impatience.signal })
    const cutOff = drain.inFlight
    await resources.disposeAsync()
    log.info({ cutOff }, 'stopped')
    return cutOff
  }

  /** The socket decides: ports are for probes, or refuse. */
  async #dialsAfterwards(): Promise<Dials> {
    const all = await Promise.all(this.#options.listeners.map((listener) => listener.dialsAfterwards()))
    return all.find((dials) => dials !== 'refused') ?? 'refused'
  }
}
