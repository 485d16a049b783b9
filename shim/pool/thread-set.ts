import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { type EndReason, EvaluatorThread, type JobEnded } from './evaluator-thread.ts'
import type { PolicyLog } from './messages.ts'

export interface ThreadSetOptions {
  /** There are never more. */
  readonly most: number
  /** How long a thread that nobody needs is kept. */
  readonly idleMs: number
  readonly log: Log
  readonly onPolicyLog: (log: PolicyLog) => void
  readonly onThreadEnd: (reason: EndReason) => void
  /** A thread has become idle. */
  readonly onIdle: () => void
}

// A thread that ends before it is ready would end again: wait, instead of burning a core on it.
const RESTART_DELAY_MS = 1000

/**
 * As many threads as are wanted, and after a while no more than were: each takes memory, and starts in some tens of milliseconds.
 * They start one after the other, since a start takes a core for as long, and requests may be done before the next one is there.
 */
export class ThreadSet implements AsyncDisposable {
  /** Resolves when the first thread is ready. */
  readonly ready: Promise<void>
  readonly #options: ThreadSetOptions
  readonly #threads = new Set<EvaluatorThread>()
  /** The last one is the one that was needed last. */
  readonly #idle: { readonly thread: EvaluatorThread; readonly since: number }[] = []
  readonly #firstReady = Promise.withResolvers<void>()
  readonly #sweep: NodeJS.Timeout
  #policies: readonly EvaluatedPolicy[] = []
  #wanted = 1
  #isStarting = false
  #isStopped = false

  constructor(options: ThreadSetOptions) {
    this.#options = options
    this.ready = this.#firstReady.promise
    this.#sweep = setInterval(() => this.#endIdle(), options.idleMs).unref()
    this.#startNext()
  }

  get size(): number {
    return this.#threads.size
  }

  get idle(): number {
    return this.#idle.length
  }

  setPolicies(policies: readonly EvaluatedPolicy[]): void {
    this.#policies = policies
    for (const thread of this.#threads) thread.setPolicies(policies)
  }

  /** So many are needed now. */
  want(count: number): void {
    this.#wanted = Math.max(1, Math.min(count, this.#options.most))
    this.#startNext()
  }

  /** An idle thread; undefined when there is none. */
  take(): EvaluatorThread | undefined {
    return this.#idle.pop()?.thread
  }

  giveBack(thread: EvaluatorThread): void {
    // an ended thread is not among them any more
    if (this.#threads.has(thread)) this.#addIdle(thread)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#sweep)
    await Promise.all([...this.#threads].map((thread) => thread.end('stopped')))
  }

  #addIdle(thread: EvaluatorThread): void {
    this.#idle.push({ thread, since: performance.now() })
  }

  #startNext(): void {
    if (this.#isStopped || this.#isStarting || this.#threads.size >= this.#wanted) return
    this.#isStarting = true
    try {
      this.#threads.add(this.#createThread())
    } catch (error) {
      // the system may have no thread to give for now
      this.#options.log.error({ error: messageOf(error) }, 'an evaluator thread could not be started')
      this.#startLater(messageOf(error))
    }
  }

  #createThread(): EvaluatorThread {
    const { onPolicyLog, onIdle } = this.#options
    let isReady = false
    return new EvaluatorThread({
      policies: this.#policies,
      onPolicyLog,
      onReady: (thread) => {
        isReady = true
        this.#firstReady.resolve()
        this.#addIdle(thread)
        this.#isStarting = false
        onIdle()
        this.#startNext()
      },
      onEnd: (thread, end) => this.#onEnd(thread, end, isReady),
    })
  }

  #onEnd(thread: EvaluatorThread, { reason, message }: JobEnded, wasReady: boolean): void {
    // one that nobody needed was let go before
    if (!this.#threads.delete(thread)) return
    const index = this.#idle.findIndex((idle) => idle.thread === thread)
    if (index !== -1) this.#idle.splice(index, 1)
    if (this.#isStopped) return
    this.#options.onThreadEnd(reason)
    if (reason === 'crashed') this.#options.log.error({ error: message }, 'an evaluator thread crashed')
    if (wasReady) this.#startNext()
    else this.#startLater(message)
  }

  #startLater(message: string): void {
    this.#firstReady.reject(new GatehouseError('ERR_INTERNAL', `an evaluator thread could not be started: ${message}`))
    const startAgain = () => {
      this.#isStarting = false
      this.#startNext()
    }
    setTimeout(startAgain, RESTART_DELAY_MS).unref()
  }

  /** Ends the threads that nobody has needed for long; one stays for the next request. */
  #endIdle(): void {
    const until = performance.now() - this.#options.idleMs
    while (this.#threads.size > this.#wanted && (this.#idle[0]?.since ?? until) < until) {
      const thread = this.#idle.shift()?.thread
      if (thread === undefined) return
      this.#threads.delete(thread)
      void thread.end('stopped')
    }
  }
}
