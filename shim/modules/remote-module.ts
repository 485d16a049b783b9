import { type PullOptions, pullModule } from '../../artifacts/pull-module.ts'
import { formatReference, type ModuleReference } from '../../artifacts/reference.ts'
import type { ModuleStore } from '../../artifacts/store/module-store.ts'
import { type Ask, findStored, mayHaveMoved, type PulledModule } from '../../artifacts/store/stored-copy.ts'
import { GatehouseError, isGatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { Lanes } from './lanes.ts'
import type { ModuleContent } from './module-content.ts'

/** How a pull went: `stored` where a copy had to do that the source did not confirm. */
export type PullResult = 'pulled' | 'unchanged' | 'stored' | 'failed'

export interface RemoteModuleOptions {
  readonly store: ModuleStore
  /** How servers are reached now. */
  readonly access: () => Promise<Pick<PullOptions, 'sources' | 'credentials'>>
  readonly lanes: Lanes
  /** How long others wait for a first answer. */
  readonly patienceMs: number
  /** Before the first further attempt; doubled for each that follows. */
  readonly retryMs: number
  readonly onPull: (result: PullResult) => void
  /** It is another module now, or for another reason none. */
  readonly onChange: () => void
  readonly log: Log
}

interface Attempt {
  readonly ended: Promise<void>
  /** Whether readers wait for it: not for those that merely try again. */
  readonly patience: Promise<unknown> | undefined
}

const LONGEST_RETRY_MS = 5 * 60_000
/** Of `latest`: a registry that takes longer is as good as down, where there is a stored copy. */
const ASK_MS = 5000

/** One module that is not a file: pulled, and pulled again until it is there. */
export class RemoteModule implements Disposable {
  readonly #reference: ModuleReference
  readonly #name: string
  readonly #options: RemoteModuleOptions
  readonly #stopped = new AbortController()
  #known: PulledModule | undefined
  #failure: Error | undefined
  #attempt: Attempt | undefined
  #failures = 0
  #retry: NodeJS.Timeout | undefined

  constructor(reference: ModuleReference, options: RemoteModuleOptions) {
    this.#reference = reference
    this.#name = formatReference(reference)
    this.#options = options
    this.#attempt = this.#begin(() => this.#start(), true)
  }

  /** The module, or why it is not there: after a while, where it is being pulled for the first time. */
  async read(): Promise<ModuleContent | Error> {
    if (this.#attempt?.patience !== undefined) await Promise.race([this.#attempt.ended, this.#attempt.patience])
    if (this.#known !== undefined) return this.#toContent(this.#known)
    return this.#failure ?? new GatehouseError('ERR_MODULE_SOURCE', `${this.#name} is still being pulled`)
  }

  /** Asks again, now: whether it is another one, or whether it can be had. */
  refresh(): void {
    if (this.#attempt !== undefined) return
    if (this.#failure === undefined && this.#retry === undefined && !mayHaveMoved(this.#reference, 'tags')) return
    this.#attempt = this.#begin(() => this.#pull('tags'), true)
  }

  [Symbol.dispose](): void {
    this.#stopped.abort()
    clearTimeout(this.#retry)
  }

  #begin(work: () => Promise<void>, isAwaited: boolean): Attempt {
    clearTimeout(this.#retry)
    this.#retry = undefined
    const ended = work()
      // nothing is expected to get here, and nothing that does may stop the shim
      .catch((error: unknown) => this.#log('warn', { error: messageOf(error) }, 'module could not be looked after'))
      .finally(() => {
        this.#attempt = undefined
      })
    return { ended, patience: isAwaited ? wait(this.#options.patienceMs) : undefined }
  }

  // What is in the store is there at once, whatever becomes of the source.
  async #start(): Promise<void> {
    this.#known = await findStored(this.#reference, this.#options.store)
    if (this.#known === undefined || mayHaveMoved(this.#reference, 'latest')) await this.#pull('latest')
    else this.#log('info', {}, 'module found in the store')
  }

  /** Never throws. */
  async #pull(ask: Ask): Promise<void> {
    const startedAt = performance.now()
    const { signal } = this.#stopped
    try {
      const pulled = await this.#options.lanes.run(hostOf(this.#reference), () => this.#pullNow(ask, signal))
      this.#tell(pulled, performance.now() - startedAt)
      this.#set(pulled, undefined)
      if (pulled.unasked !== undefined) this.#tryLater(ask)
      else this.#failures = 0
    } catch (error) {
      this.#fail(this.#known, error, ask)
    }
  }

  #fail(known: PulledModule | undefined, error: unknown, ask: Ask): void {
    if (this.#stopped.signal.aborted) return
    this.#options.onPull('failed')
    this.#set(known, error instanceof Error ? error : new Error(messageOf(error)))
    const seconds = this.#tryLater(ask)
    this.#log('warn', { error: messageOf(error), retryInSeconds: seconds }, 'module could not be pulled')
  }

  async #pullNow(ask: Ask, signal: AbortSignal): Promise<PulledModule> {
    signal.throwIfAborted()
    const { store, access } = this.#options
    return await pullModule(this.#reference, { ...(await access()), store, ask, askMs: ASK_MS, signal })
  }

  #tell(pulled: PulledModule, ms: number): void {
    const fields = { digest: pulled.digest, immutable: pulled.immutableReference }
    const result = pulled.unasked !== undefined ? 'stored' : pulled.from === 'source' ? 'pulled' : 'unchanged'
    this.#options.onPull(result)
    if (pulled.unasked !== undefined)
      this.#log(
        'warn',
        { ...fields, error: messageOf(pulled.unasked) },
        'module served as stored; its source cannot be asked',
      )
    else if (pulled.from === 'source')
      this.#log('info', { ...fields, bytes: pulled.sizeBytes, milliseconds: Math.round(ms) }, 'module pulled')
    if (pulled.unstored !== undefined)
      this.#log(
        'warn',
        { error: messageOf(pulled.unstored) },
        'module could not be stored; it will be pulled at the next start',
      )
  }

  /** What is there stays there: a failure matters only where nothing is. */
  #set(known: PulledModule | undefined, failure: Error | undefined): void {
    const isOther = known?.digest !== this.#known?.digest || !isSameFailure(failure, this.#failure)
    this.#known = known
    // the words of a failure may differ each time, and would each time be another change
    if (isOther) this.#failure = failure
    if (isOther) this.#options.onChange()
  }

  #tryLater(ask: Ask): number {
    const ms =
      Math.min(LONGEST_RETRY_MS, this.#options.retryMs * 2 ** Math.min(this.#failures, 20)) * (1 - Math.random() / 2)
    this.#failures += 1
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#attempt = this.#begin(() => this.#pull(ask), false)
    }, ms)
    return Math.ceil(ms / 1000)
  }

  #toContent(known: PulledModule): ModuleContent {
    const { digest } = known
    const immutable = known.immutableReference === undefined ? {} : { immutableReference: known.immutableReference }
    return { digest, ...immutable, read: () => known.read().catch((error: unknown) => this.#heal(digest, error)) }
  }

  /** The bytes are gone from the store, or corrupt, since they were found there. */
  async #heal(digest: string, cause: unknown): Promise<Uint8Array> {
    this.#log('warn', { error: messageOf(cause) }, 'stored module cannot be read; pulling it again')
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(this.#options.patienceMs)])
    try {
      const again = await this.#pullNow('latest', signal)
      this.#set(again, undefined)
      if (again.digest === digest) return await again.read()
      throw cause
    } catch (error) {
      if (error !== cause) this.#fail(undefined, error, 'latest')
      throw error
    }
  }

  #log(level: 'info' | 'warn', fields: object, message: string): void {
    this.#options.log[level]({ module: this.#name, ...fields }, message)
  }
}

function isSameFailure(one: Error | undefined, other: Error | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return isGatehouseError(one) && isGatehouseError(other) ? one.code === other.code : one.message === other.message
}

function hostOf(reference: ModuleReference): string {
  if (reference.scheme === 'registry') return reference.host
  return reference.scheme === 'file' ? '' : new URL(reference.url).host
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
