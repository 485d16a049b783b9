import type { ServerResponse } from 'node:http'

/** Knows which requests are being answered, so that a shutdown can wait for them. */
export class Drain {
  readonly #responses = new Set<ServerResponse>()
  readonly #waiting: (() => void)[] = []
  readonly #onStart: (() => void)[] = []
  #isDraining = false

  get isDraining(): boolean {
    return this.#isDraining
  }

  get inFlight(): number {
    return this.#responses.size
  }

  track(response: ServerResponse): void {
    this.#responses.add(response)
    response.once('close', () => {
      this.#responses.delete(response)
      this.#check()
    })
  }

  /** From now on every answer closes its connection. */
  start(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    for (const listener of this.#onStart) listener()
  }

  /** Calls when the end begins: what a successor does as well has to stop then. */
  onStart(listener: () => void): void {
    this.#onStart.push(listener)
  }

  /** Resolves when no request is in flight, or at once if none is. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#check()
    })
  }

  #check(): void {
    if (this.#responses.size > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
