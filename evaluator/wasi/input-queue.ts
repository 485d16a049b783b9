import type { InputStream } from './world.ts'

/**
 * A standard input in memory that may grow while the guest runs. Empty means end of file, and after more was added reading
 * works again. It holds pieces, so that a large request is copied once: into the guest.
 */
export class InputQueue implements InputStream {
  readonly #pieces: Uint8Array[] = []
  #available = 0

  get available(): number {
    return this.#available
  }

  /** How many pieces have not been read to their end. */
  get pieces(): number {
    return this.#pieces.length
  }

  append(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      if (piece.length === 0) continue
      this.#pieces.push(piece)
      this.#available += piece.length
    }
  }

  /** Forgets what was not read. */
  clear(): void {
    this.#pieces.length = 0
    this.#available = 0
  }

  read(target: Uint8Array): number {
    let filled = 0
    for (let piece = this.#pieces[0]; piece !== undefined && filled < target.length; piece = this.#pieces[0]) {
      const taken = piece.subarray(0, target.length - filled)
      target.set(taken, filled)
      filled += taken.length
      if (taken.length === piece.length) this.#pieces.shift()
      else this.#pieces[0] = piece.subarray(taken.length)
    }
    this.#available -= filled
    return filled
  }
}

/** A standard input that has ended before it began. */
export const NO_INPUT: InputStream = { available: 0, read: () => 0 }
