import type { ServerResponse } from 'node:http'

/** Knows which requests are being answered, so that a shutdown can wait for them. */
export class Drain {
  readonly #requests = new Set<object>()
  readonly #waiting: (() => void)[] = []
  readonly #onStart: (() => void)[] = []
  #isDraining = false

  get isDraining(): boolean {
    return this.#isDraining
  }

  get inFlight(): number {
    return this.#requests.size
  }

  track(response: ServerResponse): void {
    this.add(response)
    response.once('close', () => this.remove(response))
  }

  /** For requests that have no HTTP response; ends with `remove`. */
  add(request: object): void {
    this.#requests.add(request)
  }

  remove(request: object): void {
    this.#requests.delete(request)
    this.#check()
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
    if (this.#requests.size > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
