import { BEYOND_BLOCK_BYTES, BLOCK_SHIFT } from '../module/store-marks.ts'
import type { BlockMarks } from './block-marks.ts'

const BLOCK_BYTES = 1 << BLOCK_SHIFT

/** What a memory held at one moment, and how to give it back to it. */
export class MemoryImage {
  readonly #bytes: Buffer
  readonly #marks: BlockMarks

  /** @param marks of what is written from now on */
  constructor(memory: WebAssembly.Memory, marks: BlockMarks) {
    const live = Buffer.from(memory.buffer)
    // zeros that nobody writes take no memory, here as in the guest's own
    this.#bytes = Buffer.alloc(live.length)
    for (let start = 0; start < live.length; start += BLOCK_BYTES) {
      if (!isZero(live, start)) live.copy(this.#bytes, start, start, start + BLOCK_BYTES)
    }
    this.#marks = marks
    marks.take(live.length, () => {})
  }

  /**
   * Writes the image back where the memory has been written to; what it has grown by is zero again. What nobody wrote is
   * not even read, which leaves the caches to the guests.
   */
  restore(memory: WebAssembly.Memory): void {
    const live = Buffer.from(memory.buffer)
    this.#marks.take(live.length, (start) => this.#restore(live, start, start + BLOCK_BYTES + BEYOND_BLOCK_BYTES))
  }

  #restore(live: Buffer, start: number, end: number): void {
    if (start < this.#bytes.length) this.#bytes.copy(live, start, start, end)
    if (end > this.#bytes.length) live.fill(0, Math.max(start, this.#bytes.length), Math.min(end, live.length))
  }
}

const ZEROS = Buffer.alloc(BLOCK_BYTES)

const isZero = (bytes: Buffer, start: number) => ZEROS.compare(bytes, start, start + BLOCK_BYTES) === 0
