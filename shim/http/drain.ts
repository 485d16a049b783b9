import type { ServerResponse } from 'node:http'

/** Knows which requests are being answered, so that a shutdown can wait for them. */
export class Drain {
  readonly #responses = new Set<ServerResponse>()
  readonly #drained = Promise.withResolvers<void>()
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

  /** From now on every answer closes its connection. Resolves when the last request in flight has its answer. */
  start(): Promise<void> {
    this.#isDraining = true
    this.#check()
    return this.#drained.promise
  }

  #check(): void {
    if (this.#isDraining && this.#responses.size === 0) this.#drained.resolve()
  }
}
