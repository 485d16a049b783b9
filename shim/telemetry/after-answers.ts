/** As long as work may wait: whoever looks at what it changes has it done first. */
const DELAY_MS = 50
/** Together they take less than a millisecond. */
const MAX_WAITING = 128

/**
 * Work that no answer has to wait for. Right behind an answer it would take a processor from whoever has been given it, and each
 * time find none of its code in the caches: so it is done later, all that has come together at once.
 */
export class AfterAnswers {
  #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param work keeps nothing large */
  add(work: () => void): void {
    this.#waiting.push(work)
    if (this.#waiting.length === MAX_WAITING) setImmediate(() => this.run())
    else this.#timer ??= setTimeout(() => this.run(), DELAY_MS).unref()
  }

  /** Does at once what waits. */
  run(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const due = this.#waiting
    this.#waiting = []
    for (const work of due) work()
  }
}
