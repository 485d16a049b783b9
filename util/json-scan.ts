import { isUtf8 } from 'node:buffer'
import * as token from './json-tokens.ts'
import { JsonSyntaxError } from './json-tokens.ts'

export { JsonSyntaxError } from './json-tokens.ts'

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

/** The names of the members to look up, and of those within them. */
export interface Outline {
  readonly [name: string]: Outline
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
  const root = scanner.document(outline)
  return { root, valueCount: scanner.valueCount }
}

/** The text of a string node, escapes resolved. */
export function decodeString(bytes: Uint8Array, { start, end }: Span): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1)
}

interface Wanted {
  readonly outline: Outline
  readonly members: Map<string, JsonNode>
}

class Scanner {
  readonly #bytes: Uint8Array
  #position = 0
  #depth = 0
  valueCount = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  document(outline: Outline): JsonNode {
    this.#skipSpace()
    const root = this.#node(outline)
    this.#skipSpace()
    if (this.#position < this.#bytes.length) token.failAt(this.#bytes, this.#position, 'the end')
    return root
  }

  // A value that somebody wants to look at; all others are walked over and nothing is built for them.
  #node(outline: Outline): JsonNode {
    const start = this.#position
    const members = new Map<string, JsonNode>()
    const type = this.#value({ outline, members })
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
    else this.#namedValue(decodeString(this.#bytes, { start, end }), wanted)
    this.#skipSpace()
  }

  #namedValue(name: string, { outline, members }: Wanted): void {
    const inner = Object.hasOwn(outline, name) ? outline[name] : undefined
    if (inner === undefined) this.#value()
    else members.set(name, this.#node(inner))
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
