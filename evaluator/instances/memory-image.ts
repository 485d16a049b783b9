/** What a memory held at one moment, and how to give it back to it. */
export class MemoryImage {
  readonly #bytes: Buffer

  constructor(memory: WebAssembly.Memory) {
    const live = Buffer.from(memory.buffer)
    // zeros that nobody writes take no memory, here as in the guest's own
    this.#bytes = Buffer.alloc(live.length)
    forEachChunk(live.length, (start, end) => {
      if (!isZero(live, start, end)) live.copy(this.#bytes, start, start, end)
    })
  }

  get byteLength(): number {
    return this.#bytes.length
  }

  /**
   * Writes the image back; what the memory has grown by is zero again. Most of a memory is as it was: comparing it costs
   * less than writing it, and leaves the caches to the guests.
   */
  restore(memory: WebAssembly.Memory): void {
    const live = Buffer.from(memory.buffer)
    forEachChunk(this.#bytes.length, (start, end) => {
      if (this.#bytes.compare(live, start, end, start, end) !== 0) this.#bytes.copy(live, start, start, end)
    })
    forEachChunk(live.length - this.#bytes.length, (start, end) => {
      const [from, to] = [this.#bytes.length + start, this.#bytes.length + end]
      if (!isZero(live, from, to)) live.fill(0, from, to)
    })
  }
}

const CHUNK_BYTES = 4096
const ZEROS = Buffer.alloc(CHUNK_BYTES)

const isZero = (bytes: Buffer, start: number, end: number) => ZEROS.compare(bytes, start, end, 0, end - start) === 0

// Memories are whole pages of 64 KiB, so that every chunk is whole.
function forEachChunk(length: number, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < length; start += CHUNK_BYTES) visit(start, start + CHUNK_BYTES)
}
