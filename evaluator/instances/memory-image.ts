/** What a memory held at one moment, and how to give it back to it. */
export class MemoryImage {
  readonly #bytes: Buffer

  constructor(memory: WebAssembly.Memory) {
    const live = Buffer.from(memory.buffer)
    // zeros that nobody writes take no memory, here as in the guest's own
    this.#bytes = Buffer.alloc(live.length)
    for (let page = 0; page < live.length; page += PAGE_BYTES)
      forEachChunk(page, (start, end) => {
        if (!isZero(live, start, end)) live.copy(this.#bytes, start, start, end)
      })
  }

  /**
   * Writes the image back; what the memory has grown by is zero again. Most of a memory is as it was: comparing it costs
   * less than writing it, and leaves the caches to the guests.
   */
  restore(memory: WebAssembly.Memory): void {
    const live = Buffer.from(memory.buffer)
    for (let page = 0; page < this.#bytes.length; page += PAGE_BYTES) this.#restorePage(live, page)
    for (let page = this.#bytes.length; page < live.length; page += PAGE_BYTES) clearPage(live, page)
  }

  // A whole page first: a call takes longer than comparing a few kilobytes.
  #restorePage(live: Buffer, page: number): void {
    if (this.#bytes.compare(live, page, page + PAGE_BYTES, page, page + PAGE_BYTES) === 0) return
    forEachChunk(page, (start, end) => {
      if (this.#bytes.compare(live, start, end, start, end) !== 0) this.#bytes.copy(live, start, start, end)
    })
  }
}

function clearPage(live: Buffer, page: number): void {
  if (isZero(live, page, page + PAGE_BYTES)) return
  forEachChunk(page, (start, end) => {
    if (!isZero(live, start, end)) live.fill(0, start, end)
  })
}

const PAGE_BYTES = 65_536
const CHUNK_BYTES = 4096
const ZEROS = Buffer.alloc(PAGE_BYTES)

const isZero = (bytes: Buffer, start: number, end: number) => ZEROS.compare(bytes, start, end, 0, end - start) === 0

function forEachChunk(page: number, visit: (start: number, end: number) => void): void {
  for (let start = page; start < page + PAGE_BYTES; start += CHUNK_BYTES) visit(start, start + CHUNK_BYTES)
}
