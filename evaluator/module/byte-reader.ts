import { UnusableModule } from './unusable-module.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads WebAssembly's binary encoding front to back; every read is checked against the end of the bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #position: number

  /** @param position where to begin */
  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes
    this.#position = position
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#position
  }

  /** The next byte, which stays unread; undefined at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#position]
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length
  }

  byte(): number {
    const byte = this.#bytes[this.#position]
    if (byte === undefined) throw new UnusableModule(`ends early, at byte ${this.#position}`)
    this.#position += 1
    return byte
  }

  /** An unsigned LEB128 number of 32 bits. https://webassembly.github.io/spec/core/binary/values.html#integers */
  u32(): number {
    const start = this.#position
    const first = this.#bytes[start]
    if (first !== undefined && first < 0x80) {
      this.#position = start + 1
      return first
    }
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80 && value < 2 ** 32) return value
      if (byte < 0x80) break
    }
    throw new UnusableModule(`has a number of more than 32 bits at byte ${start}`)
  }

  bytes(length: number): Uint8Array {
    const end = this.#position + length
    if (end > this.#bytes.length) {
      throw new UnusableModule(
        `promises ${length} bytes at byte ${this.#position}, but ends after ${this.#bytes.length}`,
      )
    }
    const bytes = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return bytes
  }

  /** Walks over one LEB128 number of any size. */
  skipNumber(): void {
    const bytes = this.#bytes
    let position = this.#position
    while ((bytes[position] ?? 0) >= 0x80) position += 1
    this.#position = position
    this.byte()
  }

  /** Everything that `walk` reads, as bytes. */
  spanOf(walk: () => void): Uint8Array {
    const start = this.#position
    walk()
    return this.#bytes.subarray(start, this.#position)
  }

  /** A length and as many bytes of UTF-8. */
  name(): string {
    const start = this.#position
    const bytes = this.bytes(this.u32())
    try {
      return UTF8.decode(bytes)
    } catch {
      throw new UnusableModule(`has a name that is not UTF-8 at byte ${start}`)
    }
  }

  /** The bytes not read yet. */
  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#position)
  }
}

/** Encodes what `ByteReader.u32` reads, in the fewest bytes. */
export function encodeU32(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.from([...bytes, rest])
}
