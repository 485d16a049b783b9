import type { OutputStream } from './world.ts'

// Long enough for a panic with its message; a guest that writes without end costs us no more than this.
const MAX_LINE_BYTES = 4096

const NEWLINE = 0x0a
const TEXT = new TextDecoder()

/** Cuts a stream of bytes into lines. Of a line that is too long the front is kept. */
export class LineBuffer implements OutputStream {
  readonly #onLine: (line: string) => void
  readonly #line = new Uint8Array(MAX_LINE_BYTES)
  #length = 0
  #isCut = false

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  write(bytes: Uint8Array): void {
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#append(bytes.subarray(start, end))
      this.#emit()
      start = end + 1
    }
    this.#append(bytes.subarray(start))
  }

  flush(): void {
    if (this.#length > 0) this.#emit()
  }

  #append(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, MAX_LINE_BYTES - this.#length)
    this.#line.set(kept, this.#length)
    this.#length += kept.length
    this.#isCut ||= kept.length < bytes.length
  }

  #emit(): void {
    const text = TEXT.decode(this.#line.subarray(0, this.#length))
    const isCut = this.#isCut
    this.#length = 0
    this.#isCut = false
    this.#onLine(isCut ? `${text}…` : text)
  }
}
