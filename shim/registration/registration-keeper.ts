import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { Registrable, Registrar } from './registrar.ts'

export interface RegistrationKeeperOptions {
  readonly registrar: Registrar
  /** What is to be registered now. */
  readonly read: () => Promise<Registrable>
  readonly log: Log
  readonly retryMs?: number
}

const RETRY_MS = 5000

/** Registers what is in force, one attempt at a time, and tries again until it succeeds. */
export class RegistrationKeeper implements AsyncDisposable {
  readonly #options: RegistrationKeeperOptions
  readonly #stopped = new AbortController()
  #isAsked = false
  #running: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined

  constructor(options: RegistrationKeeperOptions) {
    this.#options = options
  }

  /** To be called whenever something changed. Resolves after the attempt; a failure is logged, and tried again. */
  update(): Promise<void> {
    this.#isAsked = true
    clearTimeout(this.#retry)
    this.#running ??= this.#run()
    return this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    clearTimeout(this.#retry)
    await this.#running
  }

  async #run(): Promise<void> {
    const { registrar, read, log, retryMs = RETRY_MS } = this.#options
    const { signal } = this.#stopped
    while (this.#isAsked && !signal.aborted) {
      this.#isAsked = false
      try {
        await registrar.register(await read(), signal)
      } catch (error) {
        if (signal.aborted) break
        log.error({ error: messageOf(error) }, 'the policies could not be registered; trying again')
        this.#retry = setTimeout(() => void this.update(), retryMs)
      }
    }
    this.#running = undefined
  }
}
