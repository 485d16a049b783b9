/** Work that no answer has to wait for: it is done when the event loop turns, which is after answers have left. */
export class AfterAnswers {
  #waiting: (() => void)[] = []

  add(work: () => void): void {
    if (this.#waiting.length === 0) setImmediate(() => this.run())
    this.#waiting.push(work)
  }

  /** Does at once what waits. */
  run(): void {
    const due = this.#waiting
    this.#waiting = []
    for (const work of due) work()
  }
}
