import { BLOCK_SHIFT } from '../module/store-marks.ts'

/** Which blocks of a guest's memory have been written to since they were last put back: by the guest, or by its host. */
export class BlockMarks {
  readonly #marks: Buffer

  /** @param memory that the guest's stores mark */
  constructor(memory: WebAssembly.Memory) {
    this.#marks = Buffer.from(memory.buffer)
  }

  /** The host writes these bytes. */
  add(start: number, length: number): void {
    if (length === 0) return
    const first = start >>> BLOCK_SHIFT
    const last = (start + length - 1) >>> BLOCK_SHIFT
    if (first === last) this.#marks[first] = 1
    else this.#marks.fill(1, first, last + 1)
  }

  /** Visits each marked block of a memory of that size once, and takes its mark away. */
  take(byteLength: number, visit: (start: number) => void): void {
    const marks = this.#marks.subarray(0, byteLength >>> BLOCK_SHIFT)
    for (let block = marks.indexOf(1); block !== -1; block = marks.indexOf(1, block + 1)) {
      marks[block] = 0
      visit(block * 2 ** BLOCK_SHIFT)
    }
  }
}
