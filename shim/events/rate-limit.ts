/** Lets through a burst, then one per interval. */
export class RateLimit {
  readonly #burst: number
  readonly #intervalMs: number
  #tokens: number
  #at: number

  constructor(burst: number, intervalMs: number, nowMs: number) {
    this.#burst = burst
    this.#intervalMs = intervalMs
    this.#tokens = burst
    this.#at = nowMs
  }

  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#at) / this.#intervalMs)
    this.#at = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
