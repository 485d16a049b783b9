import type { OutputStream } from './world.ts'

const FIRST_BYTES = 1024

/** An output in memory, of which no more than the front is kept. */
export class CapturedOutput implements OutputStream {
  readonly #maxBytes: number
  #buffer = new Uint8Array()
  #written = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** All that was written, kept or not. */
  get written(): number {
    return this.#written
  }

  /** What was kept; good until the next write. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, Math.min(this.#written, this.#maxBytes))
  }

  /** Forgets what was written; bytes that were given out stay as they are. */
  clear(): void {
    this.#buffer = new Uint8Array()
    this.#written = 0
  }

  write(bytes: Uint8Array): void {
    const start = Math.min(this.#written, this.#maxBytes)
    const kept = bytes.subarray(0, this.#maxBytes - start)
    this.#reserve(start + kept.length)
    this.#buffer.set(kept, start)
    this.#written += bytes.length
  }

  // Doubled, because guests write byte by byte as well as all at once.
  #reserve(length: number): void {
    if (length <= this.#buffer.length) return
    const doubled = Math.max(length, 2 * this.#buffer.length, FIRST_BYTES)
    const buffer = new Uint8Array(Math.min(doubled, this.#maxBytes))
    buffer.set(this.#buffer)
    this.#buffer = buffer
  }
}
