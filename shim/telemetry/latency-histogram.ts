/** Each power of two is cut into so many buckets, so that a percentile is at most an eighth too high. */
const STEPS = 8
const LOG2_STEPS = 3
/** Microseconds: 67 s, longer than any evaluation may take. */
const MAX_VALUE = 2 ** 26 - 1
const BUCKETS = indexOf(MAX_VALUE) + 1

/** Percentiles, in microseconds. */
export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Counts durations in buckets that grow with them: of a fixed size, whatever is recorded. */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(BUCKETS)
  #count = 0
  #max = 0

  record(micros: number): void {
    const value = Math.min(Math.max(0, Math.round(micros)), MAX_VALUE)
    const index = indexOf(value)
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1
    this.#count += 1
    this.#max = Math.max(this.#max, value)
  }

  /** Undefined while nothing is recorded. */
  get latency(): Latency | undefined {
    if (this.#count === 0) return undefined
    return { p50: this.#percentile(0.5), p99: this.#percentile(0.99), max: this.#max }
  }

  #percentile(share: number): number {
    let left = Math.ceil(share * this.#count)
    const index = this.#buckets.findIndex((count) => {
      left -= count
      return left <= 0
    })
    return Math.min(highestOf(index), this.#max)
  }
}

function indexOf(value: number): number {
  if (value < STEPS) return value
  const exponent = 31 - Math.clz32(value)
  return (exponent - LOG2_STEPS + 1) * STEPS + ((value >> (exponent - LOG2_STEPS)) & (STEPS - 1))
}

/** The highest value of a bucket. */
function highestOf(index: number): number {
  if (index < STEPS) return index
  const shift = Math.floor(index / STEPS) - 1
  return (((index % STEPS) + STEPS + 1) << shift) - 1
}
