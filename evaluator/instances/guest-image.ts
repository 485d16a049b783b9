import type { GuestState } from '../guests/guest.ts'
import { MemoryImage } from './memory-image.ts'

/** The state of a guest at one moment, and how to put it back. */
export class GuestImage {
  readonly #state: GuestState
  readonly #memory: MemoryImage
  readonly #globals: readonly (number | bigint)[]
  /** All of the memory; empty once that has grown. */
  readonly #whole: ArrayBuffer

  /**
   * The memory is given pages to spare, of which the guest does not know until it asks for more: what it asks for is then
   * there already. So its memory is of the same size in each call, and shows nobody what earlier ones took.
   */
  constructor(state: GuestState) {
    this.#state = state
    this.#memory = new MemoryImage(state.memory, state.marks)
    this.#globals = state.globals.map(({ value }) => value)
    addSpare(state)
    this.#whole = state.memory.buffer
  }

  /** Memory cannot be given back, so that a guest that took more than there was to spare cannot be as it was. */
  canBeRestored(): boolean {
    return this.#whole.byteLength > 0
  }

  restore(): void {
    this.#memory.restore(this.#state.memory)
    for (const [index, value] of this.#globals.entries())
      (this.#state.globals[index] as WebAssembly.Global).value = value
  }
}

function addSpare({ memory, sparePages }: GuestState): void {
  try {
    memory.grow(sparePages)
  } catch {
    // so near to its limit that it has to do without
  }
}
