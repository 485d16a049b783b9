import type { GuestState } from '../guests/guest.ts'
import { MemoryImage } from './memory-image.ts'

// A guest that once took much would keep it for good, and be slow to clean.
const MAX_GROWTH_BYTES = 4 * 1024 * 1024

/** The state of a guest at one moment, and how to put it back. */
export class GuestImage {
  readonly #state: GuestState
  readonly #memory: MemoryImage
  readonly #globals: readonly (number | bigint)[]

  constructor(state: GuestState) {
    this.#state = state
    this.#memory = new MemoryImage(state.memory)
    this.#globals = state.globals.map(({ value }) => value)
  }

  /** Whether putting the state back costs less than a fresh instance, and leaves little behind. */
  isWorthRestoring(): boolean {
    return this.#state.memory.buffer.byteLength - this.#memory.byteLength <= MAX_GROWTH_BYTES
  }

  restore(): void {
    this.#memory.restore(this.#state.memory)
    for (const [index, value] of this.#globals.entries())
      (this.#state.globals[index] as WebAssembly.Global).value = value
  }
}
