import { once } from 'node:events'
import type { Log } from '../util/log.ts'
import type { PolicyReloader } from './hot-reload/policy-reloader.ts'
import type { Drain } from './http/drain.ts'
import type { Listener } from './http/listener.ts'

export interface StartedShimOptions {
  readonly listeners: readonly Listener[]
  readonly drain: Drain
  readonly reloader: PolicyReloader
  readonly graceMs: number
  readonly log: Log
  /** What ends with the shim: connections, threads, timers. */
  readonly resources: AsyncDisposableStack
}

/** The sidecar at work. */
export class StartedShim implements AsyncDisposable {
  readonly #options: StartedShimOptions
  #stopped: Promise<number> | undefined

  constructor(options: StartedShimOptions) {
    this.#options = options
  }

  /** Where it listens: paths, and `host:port`. */
  get addresses(): readonly string[] {
    return this.#options.listeners.map(({ address }) => address)
  }

  /** Loads the policies again, changed or not. What cannot be loaded is logged, and counted, and never thrown. */
  async reload(): Promise<void> {
    await this.#options.reloader.reload()
  }

  /**
   * Takes no new connections, gives the requests in flight their verdicts, and ends. After the grace period, or when
   * `impatience` aborts, it ends without waiting. Resolves to the number of requests that were cut off.
   */
  stop(impatience?: AbortSignal): Promise<number> {
    this.#stopped ??= this.#stop(impatience)
    return this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #stop(impatience: AbortSignal | undefined): Promise<number> {
    const { listeners, drain, graceMs, log, resources } = this.#options
    log.info({ inFlight: drain.inFlight }, 'stopping')
    const drained = drain.start()
    await Promise.all(listeners.map((listener) => listener.stopAccepting()))
    const signals = [AbortSignal.timeout(graceMs), ...(impatience === undefined ? [] : [impatience])]
    await Promise.race([drained, aborted(AbortSignal.any(signals))])
    const cutOff = drain.inFlight
    await resources.disposeAsync()
    log.info({ cutOff }, 'stopped')
    return cutOff
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
