import { isAscii } from 'node:buffer'
import { decodeString, type JsonText, scanJson } from '../util/json-scan.ts'
import * as token from '../util/json-tokens.ts'

/** A number as it was written: `JSON.stringify` writes it so again. */
export interface RawNumber {
  readonly rawJSON: string
}

/** Parsed JSON in which every number can be told in full: a `number` if that is all there is to it, else its text. */
export type LosslessValue = null | boolean | string | number | RawNumber | LosslessArray | LosslessObject
export type LosslessArray = readonly LosslessValue[]
/** Has no prototype, so that a member called `__proto__` is one like any other. */
export interface LosslessObject {
  readonly [name: string]: LosslessValue
}

// No Kubernetes object comes near it (they end at some megabytes), but JSON of a few bytes a value would fill the heap.
const MAX_VALUES = 500_000

/** Keeps a text that is small in bytes from growing without end when it is parsed. */
export function refuseTooManyValues({ valueCount }: JsonText): void {
  if (valueCount > MAX_VALUES) throw new Error(`holds ${valueCount} values, where ${MAX_VALUES} are taken`)
}

/**
 * Parses JSON of which nothing may change on the way. `JSON.parse` will not do, even with a reviver that is told each
 * number's text: V8 can give it the name `\` for one written as an escape (https://github.com/nodejs/node/issues/63785).
 */
export function parseLossless(bytes: Uint8Array): LosslessValue {
  refuseTooManyValues(scanJson(bytes))
  return new LosslessReader(bytes).value()
}

/** Narrows to a number of either form; an object that happens to have a member `rawJSON` is none. */
export function isNumber(value: LosslessValue | undefined): value is number | RawNumber {
  return typeof value === 'number' || JSON.isRawJSON(value)
}

export function isObject(value: LosslessValue | undefined): value is LosslessObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** A number's text. */
export function sourceOf(number: number | RawNumber): string {
  return typeof number === 'number' ? String(number) : number.rawJSON
}

/** Builds the values of a text that has been checked: it only has to find its way. */
class LosslessReader {
  readonly #bytes: Buffer
  // Where a byte is a character, strings are cut from one text: that is several times faster than to decode each.
  readonly #ascii: string | undefined
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#ascii = isAscii(bytes) ? this.#bytes.toString('latin1') : undefined
  }

  value(): LosslessValue {
    this.#skipSpace()
    switch (this.#bytes[this.#position]) {
      case token.OPEN_BRACE:
        return this.#object()
      case token.OPEN_BRACKET:
        return this.#array()
      case token.QUOTE:
        return this.#string()
      case token.LOWER_T:
        return this.#word('true', true)
      case token.LOWER_F:
        return this.#word('false', false)
      case token.LOWER_N:
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(): LosslessObject {
    const object: Record<string, LosslessValue> = Object.create(null)
    while (this.#hasNext(token.CLOSE_BRACE)) {
      const name = this.#string()
      this.#skipSpace()
      this.#position += 1
      object[name] = this.value()
    }
    return object
  }

  #array(): LosslessArray {
    const array: LosslessValue[] = []
    while (this.#hasNext(token.CLOSE_BRACKET)) array.push(this.value())
    return array
  }

  // Steps over the opening bracket or a comma to what follows, or over the closing bracket.
  #hasNext(close: number): boolean {
    this.#skipSpace()
    if (this.#bytes[this.#position] !== close) {
      this.#position += 1
      this.#skipSpace()
    }
    if (this.#bytes[this.#position] !== close) return true
    this.#position += 1
    return false
  }

  #string(): string {
    const start = this.#position
    this.#position = token.skipString(this.#bytes, start)
    const text = this.#ascii?.slice(start, this.#position)
    if (text === undefined || text.includes('\\')) return decodeString(this.#bytes, { start, end: this.#position })
    return text.slice(1, -1)
  }

  #word<T>(word: string, value: T): T {
    this.#position += word.length
    return value
  }

  // `1.0`, `1e2`, `-0` and whatever a double cannot hold stay text; all else becomes a plain, fast number.
  #number(): number | RawNumber {
    const start = this.#position
    this.#position = token.skipNumber(this.#bytes, start)
    const source = this.#bytes.toString('latin1', start, this.#position)
    const number = Number(source)
    return String(number) === source ? number : JSON.rawJSON(source)
  }

  #skipSpace(): void {
    this.#position = token.skipSpace(this.#bytes, this.#position)
  }
}
