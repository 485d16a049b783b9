import { FrameError } from './frame-error.ts'
import { LENGTH_BYTES } from './protocol.ts'

/** What is set aside for a frame at once; more only as it arrives, so that an announced length costs nothing. */
const FIRST_CAPACITY = 256 * 1024

/**
 * Cuts a stream into frames, wherever its chunks begin and end. A frame within one chunk is not copied; of others it holds at most
 * twice what has arrived.
 */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void
  readonly #head = Buffer.alloc(LENGTH_BYTES)
  readonly #nothing = Buffer.alloc(0)
  #headFilled = 0
  #maxBytes: number
  /** Of the frame whose length has been read; 0 between frames. */
  #length = 0
  #body: Buffer
  #filled = 0
  #isStopped = false

  /** @param onFrame is given each frame's type and payload, without the length; it may keep them */
  constructor(maxBytes: number, onFrame: (frame: Buffer) => void) {
    this.#maxBytes = maxBytes
    this.#body = this.#nothing
    this.#onFrame = onFrame
  }

  /** Whether some of a frame is here, and not all of it. */
  get isInside(): boolean {
    return this.#headFilled > 0 || this.#length > 0
  }

  /** For frames to come, the next one on. */
  allow(maxBytes: number): void {
    this.#maxBytes = maxBytes
  }

  /** Drops what is here and what will be given. */
  stop(): void {
    this.#isStopped = true
    this.#body = this.#nothing
  }

  /** @throws FrameError on a length that cannot be; what `onFrame` throws */
  push(chunk: Buffer): void {
    let position = 0
    while (position < chunk.length && !this.#isStopped) {
      position = this.#length === 0 ? this.#readLength(chunk, position) : this.#readBody(chunk, position)
    }
  }

  #readLength(chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + LENGTH_BYTES - this.#headFilled)
    this.#headFilled += chunk.copy(this.#head, this.#headFilled, start, end)
    if (this.#headFilled < LENGTH_BYTES) return end
    this.#headFilled = 0
    const length = this.#head.readUInt32BE(0)
    if (length === 0) throw new FrameError('malformed', 'a frame is empty')
    if (length > this.#maxBytes)
      throw new FrameError('oversize', `a frame of ${length} bytes is announced; ${this.#maxBytes} are allowed`)
    this.#length = length
    return end
  }

  #readBody(chunk: Buffer, start: number): number {
    const missing = this.#length - this.#filled
    const end = Math.min(chunk.length, start + missing)
    if (this.#filled === 0 && end - start === missing) {
      this.#finish(chunk.subarray(start, end))
      return end
    }
    this.#makeRoom(this.#filled + end - start)
    this.#filled += chunk.copy(this.#body, this.#filled, start, end)
    if (this.#filled === this.#length) this.#finish(this.#body)
    return end
  }

  #makeRoom(needed: number): void {
    if (needed <= this.#body.length) return
    const capacity = Math.max(needed, 2 * this.#body.length, FIRST_CAPACITY)
    const larger = Buffer.allocUnsafeSlow(Math.min(this.#length, capacity))
    this.#body.copy(larger, 0, 0, this.#filled)
    this.#body = larger
  }

  #finish(frame: Buffer): void {
    this.#length = 0
    this.#filled = 0
    this.#body = this.#nothing
    this.#onFrame(frame)
  }
}
