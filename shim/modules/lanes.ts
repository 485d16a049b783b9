/** Runs so many actions of one kind at the same time, and no more; those of other kinds do not wait for them. */
export class Lanes {
  readonly #width: number
  readonly #running = new Map<string, number>()
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(width: number) {
    this.#width = width
  }

  async run<T>(kind: string, action: () => Promise<T>): Promise<T> {
    await this.#enter(kind)
    try {
      return await action()
    } finally {
      this.#leave(kind)
    }
  }

  #enter(kind: string): Promise<void> | undefined {
    const running = this.#running.get(kind) ?? 0
    if (running < this.#width) {
      this.#running.set(kind, running + 1)
      return undefined
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(kind, [...(this.#waiting.get(kind) ?? []), resolve])
    return promise
  }

  // whoever leaves gives the place to the next one
  #leave(kind: string): void {
    const [next, ...others] = this.#waiting.get(kind) ?? []
    if (others.length === 0) this.#waiting.delete(kind)
    else this.#waiting.set(kind, others)
    if (next !== undefined) next()
    else if ((this.#running.get(kind) ?? 0) <= 1) this.#running.delete(kind)
    else this.#running.set(kind, (this.#running.get(kind) ?? 0) - 1)
  }
}
