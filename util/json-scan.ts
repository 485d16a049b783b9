import { isUtf8 } from 'node:buffer'
import * as token from './json-tokens.ts'
import { JsonSyntaxError } from './json-tokens.ts'
import { type Outline, WantedNames } from './wanted-names.ts'

export { JsonSyntaxError } from './json-tokens.ts'
export type { Outline } from './wanted-names.ts'

/** Where something stands in a buffer: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

export type JsonType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

/** A value in a buffer of JSON. */
export interface JsonNode extends Span {
  readonly type: JsonType
  /** Of an object, the members that the outline asks for. Of members with one name the last counts, as in `JSON.parse`. */
  readonly members: ReadonlyMap<string, JsonNode>
}

/** A text checked from end to end. */
export interface JsonText {
  readonly root: JsonNode
  /** How many values it holds: what parsing it would cost in memory. */
  readonly valueCount: number
}

/** Objects and arrays may lie this deep in each other, so that whoever recurses over a text that passed here is safe. */
export const MAX_JSON_DEPTH = 1000

/**
 * Checks that bytes are JSON, and finds single values in them without building any. Takes what `JSON.parse` takes,
 * but nothing deeper than `MAX_JSON_DEPTH` and nothing that is not UTF-8.
 * @throws JsonSyntaxError
 */
export function scanJson(bytes: Uint8Array, outline: Outline = {}): JsonText {
  if (!isUtf8(bytes)) throw new JsonSyntaxError('is not UTF-8')
  const scanner = new Scanner(bytes)
  const root = scanner.document(WantedNames.of(outline))
  return { root, valueCount: scanner.valueCount }
}

/** The text of a string node, escapes resolved. */
export function decodeString(bytes: Uint8Array, { start, end }: Span): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = buffer.toString('utf8', start + 1, end - 1)
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

interface Wanted {
  readonly names: WantedNames
  readonly members: Map<string, JsonNode>
  /** Where the next name stands among the wanted ones, if they come in order. */
  next: number
}

// most values that somebody looks at have no members that anybody looks at
const NO_MEMBERS: ReadonlyMap<string, JsonNode> = new Map()

class Scanner {
  readonly #bytes: Uint8Array
  #position = 0
  #depth = 0
  valueCount = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  document(names: WantedNames): JsonNode {
    this.#skipSpace()
    const root = this.#node(names)
    this.#skipSpace()
    if (this.#position < this.#bytes.length) token.failAt(this.#bytes, this.#position, 'the end')
    return root
  }

  // A value that somebody wants to look at; all others are walked over and nothing is built for them.
  #node(names: WantedNames): JsonNode {
    const start = this.#position
    if (names.count === 0) return { type: this.#value(), start, end: this.#position, members: NO_MEMBERS }
    const members = new Map<string, JsonNode>()
    const type = this.#value({ names, members, next: 0 })
    return { type, start, end: this.#position, members }
  }

  #value(wanted?: Wanted): JsonType {
    this.valueCount += 1
    switch (this.#bytes[this.#position]) {
      case token.OPEN_BRACE:
        return this.#object(wanted)
      case token.OPEN_BRACKET:
        return this.#array()
      case token.QUOTE:
        this.#position = token.skipString(this.#bytes, this.#position)
        return 'string'
      case token.LOWER_T:
        return this.#word('true', 'boolean')
      case token.LOWER_F:
        return this.#word('false', 'boolean')
      case token.LOWER_N:
        return this.#word('null', 'null')
      default:
        this.#position = token.skipNumber(this.#bytes, this.#position)
        return 'number'
    }
  }

  #word(word: string, type: JsonType): JsonType {
    this.#position = token.skipWord(this.#bytes, this.#position, word)
    return type
  }

  #object(wanted: Wanted | undefined): JsonType {
    this.#enter()
    if (!this.#take(token.CLOSE_BRACE)) {
      do this.#member(wanted)
      while (this.#take(token.COMMA))
      this.#expect(token.CLOSE_BRACE, 'a comma or }')
    }
    this.#depth -= 1
    return 'object'
  }

  #member(wanted: Wanted | undefined): void {
    this.#skipSpace()
    const start = this.#position
    if (this.#bytes[start] !== token.QUOTE) token.failAt(this.#bytes, start, 'a name in double quotes')
    this.#position = token.skipString(this.#bytes, start)
    const end = this.#position
    this.#skipSpace()
    this.#expect(token.COLON, 'a colon')
    this.#skipSpace()
    if (wanted === undefined) this.#value()
    else this.#namedValue(start, end, wanted)
    this.#skipSpace()
  }

  #namedValue(start: number, end: number, wanted: Wanted): void {
    const index = wanted.names.find(this.#bytes, start, end, wanted.next)
    const found = wanted.names.at(index)
    if (found === undefined) {
      this.#value()
    } else {
      wanted.next = index + 1
      wanted.members.set(found.name, this.#node(found.names))
    }
  }

  #array(): JsonType {
    this.#enter()
    if (!this.#take(token.CLOSE_BRACKET)) {
      do this.#element()
      while (this.#take(token.COMMA))
      this.#expect(token.CLOSE_BRACKET, 'a comma or ]')
    }
    this.#depth -= 1
    return 'array'
  }

  #element(): void {
    this.#skipSpace()
    this.#value()
    this.#skipSpace()
  }

  #enter(): void {
    this.#depth += 1
    if (this.#depth > MAX_JSON_DEPTH) {
      throw new JsonSyntaxError(`goes deeper than ${MAX_JSON_DEPTH} levels at byte ${this.#position}`)
    }
    this.#position += 1
    this.#skipSpace()
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.#position] !== byte) return false
    this.#position += 1
    return true
  }

  #expect(byte: number, name: string): void {
    if (!this.#take(byte)) token.failAt(this.#bytes, this.#position, name)
  }

  #skipSpace(): void {
    this.#position = token.skipSpace(this.#bytes, this.#position)
  }
}
