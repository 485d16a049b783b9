import { findCollector } from '../garbage.ts'

/** So many bytes are forgotten by a collection of the young objects alone, which takes less than a millisecond. */
const BYTES_BETWEEN = 4 * 1024 * 1024

/**
 * Has buffers collected that were of use for one request. V8 counts their bytes apart from those of its objects, of which a request
 * makes few: long before it would collect young ones by itself, the buffers' bytes make it walk over all there are.
 */
export class YoungBuffers {
  #collect: ReturnType<typeof findCollector> | undefined
  #bytes = 0

  /** Counts a request's bytes, of which nobody has need any more. */
  forget(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < BYTES_BETWEEN) return
    this.#bytes = 0
    this.#collect ??= findCollector()
    // behind the answer, which leaves before the event loop turns
    setImmediate(this.#collect, { type: 'minor' })
  }
}
