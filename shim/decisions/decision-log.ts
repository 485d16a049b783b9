import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { Decision, DecisionObserver } from './decision.ts'
import { toDecisionLine } from './decision-line.ts'
import type { LineSink } from './line-sink.ts'

export interface DecisionLogOptions {
  readonly sink: LineSink
  /** How many of the decisions that allow are written, 0 to 1; all others are. */
  readonly sample: number
  readonly onDropped: (count: number) => void
  readonly log: Log
}

/** As many as a busy API server asks for in a second or two. */
const MAX_QUEUED = 4096
const BATCH = 256
const LAST_WORDS_MS = 1000

/**
 * Writes decisions down, after their answers have left. It cannot hold up a verdict, nor fail one: what cannot be written
 * in time is dropped, counted, and told once.
 */
export class DecisionLog implements AsyncDisposable {
  readonly #options: DecisionLogOptions
  readonly #queue: Decision[] = []
  #writing: Promise<void> | undefined
  #wantsReopening = false
  /** Since lines were last written. */
  #dropped = 0
  #isFailing = false

  constructor(options: DecisionLogOptions) {
    this.#options = options
  }

  readonly observe: DecisionObserver = (decision) => {
    if (isUneventful(decision) && Math.random() >= this.#options.sample) return
    if (this.#queue.length >= MAX_QUEUED) {
      this.#drop(1, 'they come faster than they can be written')
      return
    }
    this.#queue.push(decision)
    this.#start()
  }

  /** Leaves a file that was rotated away, at once. */
  reopen(): void {
    this.#wantsReopening = true
    this.#start()
  }

  /** Writes what is there, but waits for nobody long. */
  async [Symbol.asyncDispose](): Promise<void> {
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, LAST_WORDS_MS)
    const finish = async () => {
      await this.#writing
      await this.#options.sink.close()
    }
    await Promise.race([finish(), patience.promise])
    clearTimeout(timer)
  }

  #start(): void {
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    try {
      // the answer first
      await new Promise((resolve) => setImmediate(resolve))
      while (this.#wantsReopening || this.#queue.length > 0) await this.#writeSome()
    } catch (error) {
      this.#drop(this.#queue.splice(0).length, messageOf(error))
    } finally {
      this.#writing = undefined
    }
  }

  async #writeSome(): Promise<void> {
    const { sink } = this.#options
    if (this.#wantsReopening) {
      this.#wantsReopening = false
      const { error } = await sink.reopen()
      if (error !== undefined) this.#fail(messageOf(error))
    }
    const batch = this.#queue.slice(0, BATCH)
    const { written, error } = await sink.append(batch.map(toDecisionLine))
    this.#queue.splice(0, batch.length)
    if (error !== undefined) this.#drop(batch.length - written, messageOf(error))
    else if (this.#queue.length === 0) this.#recover()
  }

  #drop(count: number, reason: string): void {
    this.#dropped += count
    this.#options.onDropped(count)
    this.#fail(reason)
  }

  #fail(reason: string): void {
    if (this.#isFailing) return
    this.#isFailing = true
    const { log, sink } = this.#options
    log.error({ decisionLog: sink.name, error: reason }, 'decisions cannot be written; they are dropped and counted')
  }

  #recover(): void {
    if (!this.#isFailing) return
    const { log, sink } = this.#options
    log.info({ decisionLog: sink.name, dropped: this.#dropped }, 'decisions are written again')
    this.#isFailing = false
    this.#dropped = 0
  }
}

/** Everybody allowed it, and nothing went wrong. */
function isUneventful({ allowed, policies }: Decision): boolean {
  return allowed === true && policies.every(({ error, wouldDeny }) => error === undefined && wouldDeny === undefined)
}
