const MAX_LENGTH = 1024

/** Remembers what was made of texts, as long as they are few: clients send the same ones again and again, and nobody can fill it. */
export class Memo<T> {
  readonly #made = new Map<string, T>()
  readonly #make: (text: string) => T
  readonly #limit: number

  /** @param make depends on nothing but the text; when it throws, nothing is remembered */
  constructor(limit: number, make: (text: string) => T) {
    this.#limit = limit
    this.#make = make
  }

  get(text: string): T {
    const known = this.#made.get(text)
    if (known !== undefined) return known
    const made = this.#make(text)
    if (text.length > MAX_LENGTH) return made
    if (this.#made.size >= this.#limit) this.#made.clear()
    this.#made.set(text, made)
    return made
  }
}
