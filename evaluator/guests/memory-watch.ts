import { formatBytes } from '../../util/bytes.ts'
import type { GuestMemory } from './guest-memory.ts'

/**
 * Tells whether a guest ended for want of memory. Wasm does not say: a `memory.grow` that was refused is an ordinary
 * result to the guest, and the trap that follows is whatever its allocator does then. Two things give it away:
 *
 * - The guest said so. Rust's standard library prints `memory allocation of N bytes failed` before it aborts, Go and
 *   TinyGo `out of memory`, OPA's modules `opa_malloc: failed`. This holds for one huge allocation too, after which little memory is in use.
 * - A guest that said nothing had its memory grown to more than half of its limit. Allocators double what they outgrow:
 *   whoever fails to double stands above one half, and whoever grows in smaller steps stands higher still.
 *
 * A guest that said something else, as Rust does of a panic, is believed. The second rule can be wrong for a guest that
 * uses much, traps for another reason and is silent about it; the figures are in the message for that.
 */
export class MemoryWatch {
  readonly #memory: GuestMemory
  readonly #limitBytes: number
  #initialBytes = 0
  #verdict: 'silent' | 'out of memory' | 'something else' = 'silent'

  constructor(memory: GuestMemory, limitBytes: number) {
    this.#memory = memory
    this.#limitBytes = limitBytes
  }

  /** A call begins, or the start-up code. */
  start(): void {
    this.#verdict = 'silent'
    this.#initialBytes = this.#memory.byteLength
  }

  /** The guest printed a line. */
  hear(line: string): void {
    if (ALLOCATION_FAILED.test(line)) this.#verdict = 'out of memory'
    else if (this.#verdict === 'silent' && PANIC.test(line)) this.#verdict = 'something else'
  }

  /** `memory limit of 64 MiB reached (62 MiB in use)`, or undefined if it was not. */
  explain({ byTrap }: { byTrap: boolean }): string | undefined {
    const isReached = this.#verdict === 'out of memory' || (byTrap && this.#hasGrownAlmostToLimit())
    if (!isReached) return undefined
    return `memory limit of ${formatBytes(this.#limitBytes)} reached (${formatBytes(this.#memory.byteLength)} in use)`
  }

  #hasGrownAlmostToLimit(): boolean {
    const used = this.#memory.byteLength
    return this.#verdict === 'silent' && used > this.#initialBytes && used * 2 > this.#limitBytes
  }
}

const ALLOCATION_FAILED =
  /memory allocation of \d+ bytes failed|out of memory|cannot allocate memory|opa_malloc: failed/i
const PANIC = /panic|fatal error|abort/i
