import { BACKSLASH } from './json-tokens.ts'

/** The names of the members to look up, and of those within them. */
export interface Outline {
  readonly [name: string]: Outline
}

export interface WantedName {
  readonly name: string
  /** Within the value of that name. */
  readonly names: WantedNames
}

const OF_OUTLINES = new WeakMap<Outline, WantedNames>()

/** The names of an outline, found by their bytes: no string is built of a name in a text. */
export class WantedNames {
  readonly #wanted: readonly WantedName[]
  readonly #bytes: readonly Uint8Array[]

  private constructor(outline: Outline) {
    this.#wanted = Object.entries(outline).map(([name, inner]) => ({ name, names: WantedNames.of(inner) }))
    this.#bytes = this.#wanted.map(({ name }) => Buffer.from(name))
  }

  /** Outlines are constants: each is looked at once. */
  static of(outline: Outline): WantedNames {
    const known = OF_OUTLINES.get(outline)
    if (known !== undefined) return known
    const names = new WantedNames(outline)
    OF_OUTLINES.set(outline, names)
    return names
  }

  get count(): number {
    return this.#wanted.length
  }

  at(index: number): WantedName | undefined {
    return this.#wanted[index]
  }

  /**
   * The index of the name that a JSON string spells, -1 if there is none.
   * @param start of its opening quote, and `end` is behind its closing one
   * @param first looked at first: in most texts names come in the order that one expects
   */
  find(bytes: Uint8Array, start: number, end: number, first: number): number {
    const { count } = this
    for (let i = 0; i < count; i++) {
      const index = (first + i) % count
      if (this.#isAt(index, bytes, start, end)) return index
    }
    return bytes.subarray(start, end).includes(BACKSLASH) ? this.#indexOf(bytes.subarray(start, end)) : -1
  }

  #isAt(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    const wanted = this.#bytes[index] as Uint8Array
    if (wanted.length !== end - start - 2) return false
    for (let i = 0; i < wanted.length; i++) if (bytes[start + 1 + i] !== wanted[i]) return false
    return true
  }

  #indexOf(literal: Uint8Array): number {
    const spelled: unknown = JSON.parse(new TextDecoder().decode(literal))
    return this.#wanted.findIndex(({ name }) => name === spelled)
  }
}
