import type { Drain } from '../http/drain.ts'
import { MAX_BYTES_IN_FLIGHT, MAX_IN_FLIGHT } from './protocol.ts'

interface Asked {
  readonly controller: AbortController
  readonly bytes: number
}

/** The requests of one connection that are being answered, and how much they hold. */
export class InFlight {
  readonly #drain: Drain
  readonly #asked = new Map<number, Asked>()
  #bytes = 0

  constructor(drain: Drain) {
    this.#drain = drain
  }

  get count(): number {
    return this.#asked.size
  }

  get isFull(): boolean {
    return this.#asked.size >= MAX_IN_FLIGHT || this.#bytes >= MAX_BYTES_IN_FLIGHT
  }

  /** Returns what aborts when nobody waits for the answer any more. */
  add(id: number, bytes: number): AbortSignal {
    const asked = { controller: new AbortController(), bytes }
    this.#asked.set(id, asked)
    this.#bytes += bytes
    this.#drain.add(asked)
    return asked.controller.signal
  }

  remove(id: number): void {
    const asked = this.#asked.get(id)
    if (asked === undefined) return
    this.#asked.delete(id)
    this.#bytes -= asked.bytes
    this.#drain.remove(asked)
  }

  /** Until it is removed it still holds what it holds. */
  abort(id: number, why: Error): void {
    this.#asked.get(id)?.controller.abort(why)
  }

  /** Nobody waits for any of them, a shutdown neither. */
  abortAll(why: Error): void {
    for (const [id, { controller }] of this.#asked) {
      controller.abort(why)
      this.remove(id)
    }
  }
}
