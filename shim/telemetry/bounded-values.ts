/** What stands for all values beyond the limit. */
const OTHER = 'other'

/**
 * Lets so many distinct values of a label through and no more: every value is a time series that lives as long as the
 * process, and whoever sends requests chooses the values.
 */
export class BoundedValues {
  readonly #seen = new Set<string>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  admit(value: string): string {
    if (this.#seen.has(value)) return value
    if (this.#seen.size >= this.#limit || value.length > 253) return OTHER
    this.#seen.add(value)
    return value
  }
}
