import { formatBytes } from '../../util/bytes.ts'
import type { BlockMarks } from '../instances/block-marks.ts'
import { GuestFailure } from './guest.ts'

const TEXT = new TextDecoder()
const PAGE_BYTES = 65_536

/** What a memory has beside it that will be put back. */
export interface KeptMemory {
  /** Its size as the guest knows it, which may be less than there is. */
  readonly pages: WebAssembly.Global
  /** Of what is written to it. */
  readonly marks: BlockMarks
}

/** A guest's linear memory as the host sees it. Pointers come from the guest and are checked. */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined
  #pages: WebAssembly.Global | undefined
  #marks: BlockMarks | undefined
  /** What the guest has in any case. To ask how much it has now takes longer than what is mostly done with an answer. */
  #leastBytes = 0
  /** All of it, or nothing when it has grown since: to ask the memory each time takes longer than most accesses. */
  #lastWhole = new Uint8Array()

  /**
   * Names the memory, once the instance that exports it exists.
   * @param kept where its state will be put back
   */
  attach(memory: WebAssembly.Memory, kept?: KeptMemory): void {
    this.#memory = memory
    this.#lastWhole = new Uint8Array()
    this.#pages = kept?.pages
    this.#marks = kept?.marks
    this.#leastBytes = this.byteLength
  }

  get byteLength(): number {
    if (this.#pages !== undefined) return Number(this.#pages.value) * PAGE_BYTES
    return this.#memory === undefined ? 0 : this.#wholeOf(this.#memory).length
  }

  /** The guest's own bytes, for use before the guest runs again. @throws GuestFailure */
  view(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    if (this.#memory === undefined) throw new GuestFailure('guest called the host before its memory was there')
    const [start, count] = [toUnsigned(pointer), toUnsigned(length)]
    if (start + count > this.#leastBytes && start + count > this.byteLength) {
      throw new GuestFailure(`guest passed ${count} bytes at ${start}, but its memory ends at ${this.byteLength}`)
    }
    // whether it will be written to, nobody says
    this.#marks?.add(start, count)
    return new Uint8Array(this.#wholeOf(this.#memory).buffer, start, count)
  }

  dataView(pointer: number, length: number): DataView<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.view(pointer, length)
    return new DataView(buffer, byteOffset, byteLength)
  }

  write(pointer: number, bytes: Uint8Array): void {
    this.view(pointer, bytes.length).set(bytes)
  }

  /** Writes pieces one behind the other. */
  writeAll(pointer: number, pieces: readonly Uint8Array[]): void {
    const all = this.view(pointer, lengthOf(pieces))
    let position = 0
    for (const piece of pieces) {
      all.set(piece, position)
      position += piece.length
    }
  }

  /** A copy of bytes that may not be more than `max`. */
  read(pointer: number, length: number, max: number): Uint8Array {
    const bytes = this.view(pointer, length)
    // short ones share their buffer, which is the most that is to be made of them
    if (bytes.length <= max) return Buffer.from(bytes)
    throw new GuestFailure(`guest answered with ${bytes.length} bytes, but at most ${max} are taken`)
  }

  /** Text for people; bytes that are no UTF-8 are replaced, and what is longer than `max` bytes is cut. */
  readText(pointer: number, length: number, max: number): string {
    const bytes = this.view(pointer, length)
    const text = TEXT.decode(bytes.subarray(0, max))
    return bytes.length <= max ? text : `${text}… (${formatBytes(bytes.length)} in all)`
  }

  // a memory that grows leaves the buffer that it had before empty
  #wholeOf(memory: WebAssembly.Memory): Uint8Array<ArrayBuffer> {
    if (this.#lastWhole.length === 0) this.#lastWhole = new Uint8Array(memory.buffer)
    return this.#lastWhole
  }
}

/** Of all pieces together. */
export function lengthOf(pieces: readonly Uint8Array[]): number {
  let length = 0
  for (const piece of pieces) length += piece.length
  return length
}

// The guest's i32 values arrive signed, but pointers and lengths are not.
function toUnsigned(value: number): number {
  return value < 0 ? value + 2 ** 32 : value
}
