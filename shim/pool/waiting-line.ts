import { GatehouseError } from '../../util/errors.ts'

export interface WaitOptions {
  /** Leaves the line when it aborts. */
  readonly signal: AbortSignal
  /** The `performance.now()` at which waiting has no use any more. */
  readonly deadline: number
}

interface Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** Jobs that wait for a thread, first come, first served; so many and no more. */
export class WaitingLine<T> {
  readonly #waiters = new Set<Waiter<T>>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get length(): number {
    return this.#waiters.size
  }

  /** Waits for a turn. @throws ERR_POOL_FULL at once or at the deadline; the signal's reason */
  async wait({ signal, deadline }: WaitOptions): Promise<T> {
    signal.throwIfAborted()
    const spanMs = deadline - performance.now()
    if (spanMs <= 0) throw tooLate()
    if (this.#waiters.size >= this.#capacity) {
      throw new GatehouseError('ERR_POOL_FULL', `${this.#capacity} requests already wait for an evaluator thread`)
    }
    return new Promise((resolve, reject) => {
      // Out of the line before anything else happens, so that no turn is given to somebody who has left.
      const leave = () => {
        this.#waiters.delete(waiter)
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter<T> = {
        resolve: (value) => {
          leave()
          resolve(value)
        },
        reject: (error) => {
          leave()
          reject(error)
        },
      }
      const onAbort = () => waiter.reject(signal.reason)
      const timer = setTimeout(() => waiter.reject(tooLate()), spanMs)
      signal.addEventListener('abort', onAbort)
      this.#waiters.add(waiter)
    })
  }

  /** Gives the first in line its turn; false when nobody waits. */
  serve(value: T): boolean {
    const [first] = this.#waiters
    if (first === undefined) return false
    first.resolve(value)
    return true
  }

  /** Sends everybody away. */
  close(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error)
  }
}

/** The refusal of a request whose time is over before a thread could start on it. */
export function tooLate(): GatehouseError {
  return new GatehouseError('ERR_POOL_FULL', 'no evaluator thread became free in the time that the request allows')
}
