import { GuestFailure } from '../../guest.ts'
import { toObject, toSet } from './collections.ts'
import { type RegoEntry, RegoNumber, type RegoObject, type RegoSet, type RegoValue } from './value.ts'

// What a built-in is given has to fit into V8's heap, whose end is the end of the process.
const MAX_VALUES = 200_000

/**
 * Reads a value as OPA's modules dump it: JSON with sets, `{1, 2}` and `set()`, and with keys of any type.
 * @throws GuestFailure when it is nothing of the kind: the text is the guest's
 */
export function readValue(text: string): RegoValue {
  const reader = new ValueReader(text)
  const value = reader.value()
  reader.end()
  return value
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORDS = [
  ['null', null],
  ['true', true],
  ['false', false],
] as const
const EMPTY_SET = 'set()'

class ValueReader {
  readonly #text: string
  #position = 0
  #count = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): RegoValue {
    this.#count += 1
    if (this.#count > MAX_VALUES) throw new GuestFailure(`built-ins take at most ${MAX_VALUES} values`)
    switch (this.#next()) {
      case '"':
        return this.#string()
      case '[':
        return this.#array()
      case '{':
        return this.#objectOrSet()
      default:
        return this.#word()
    }
  }

  end(): void {
    if (this.#next() !== '') this.#fail()
  }

  // The next character that is no space, not consumed; empty at the end.
  #next(): string {
    while (this.#text[this.#position] === ' ') this.#position += 1
    return this.#text[this.#position] ?? ''
  }

  #take(character: string): boolean {
    if (this.#next() !== character) return false
    this.#position += 1
    return true
  }

  #string(): string {
    const start = this.#position
    let end = start + 1
    while (this.#text[end] !== '"') {
      if (end >= this.#text.length) this.#fail()
      end += this.#text[end] === '\\' ? 2 : 1
    }
    this.#position = end + 1
    const source = this.#text.slice(start, end + 1)
    return source.includes('\\') ? this.#unescape(source) : source.slice(1, -1)
  }

  #unescape(source: string): string {
    try {
      return JSON.parse(source) as string
    } catch {
      this.#fail()
    }
  }

  #array(): RegoValue[] {
    const members: RegoValue[] = []
    this.#list(']', () => members.push(this.value()))
    return members
  }

  #objectOrSet(): RegoObject | RegoSet {
    const entries: RegoEntry[] = []
    const members: RegoValue[] = []
    this.#list('}', () => {
      const first = this.value()
      if (this.#take(':')) entries.push([first, this.value()])
      else members.push(first)
    })
    if (members.length === 0) return toObject(entries)
    if (entries.length > 0) this.#fail()
    return toSet(members)
  }

  #list(close: string, readMember: () => void): void {
    this.#position += 1
    if (this.#take(close)) return
    do readMember()
    while (this.#take(','))
    if (!this.#take(close)) this.#fail()
  }

  #word(): RegoValue {
    NUMBER.lastIndex = this.#position
    const number = NUMBER.exec(this.#text)?.[0]
    if (number !== undefined) {
      this.#position += number.length
      return new RegoNumber(number)
    }
    for (const [word, value] of WORDS) if (this.#takeWord(word)) return value
    if (this.#takeWord(EMPTY_SET)) return toSet([])
    this.#fail()
  }

  #takeWord(word: string): boolean {
    if (!this.#text.startsWith(word, this.#position)) return false
    this.#position += word.length
    return true
  }

  #fail(): never {
    throw new GuestFailure(`guest passed a built-in what is no value, at character ${this.#position + 1}`)
  }
}
