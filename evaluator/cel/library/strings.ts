import { Failure, type Result, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'
import { formatText } from './text-format.ts'

/**
 * The strings extension in the version that Kubernetes uses (2). Positions count characters, not UTF-16 units.
 * https://pkg.go.dev/github.com/google/cel-go/ext#Strings
 */
export const strings: Library = {
  functions: {
    '<string>.charAt(int): string': charAt,
    '<string>.indexOf(string): int': (text: string, part: string) => indexOf(text, part, 0n),
    '<string>.indexOf(string, int): int': indexOf,
    '<string>.lastIndexOf(string): int': (text: string, part: string) => lastIndexOf(text, part),
    '<string>.lastIndexOf(string, int): int': lastIndexOf,
    '<string>.lowerAscii(): string': (text: string) => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase()),
    '<string>.upperAscii(): string': (text: string) => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase()),
    '<string>.replace(string, string): string': (text: string, old: string, by: string) =>
      replace([text, old, by], -1n),
    '<string>.replace(string, string, int): string': (text: string, old: string, by: string, count: bigint) =>
      replace([text, old, by], count),
    '<string>.split(string): list<string>': (text: string, separator: string) => split(text, separator, -1n),
    '<string>.split(string, int): list<string>': split,
    '<string>.substring(int): string': (text: string, start: bigint) => substring(text, start),
    '<string>.substring(int, int): string': substring,
    '<string>.trim(): string': trim,
    '<list<string>>.join(): string': (list: readonly Value[]) => join(list, ''),
    '<list<string>>.join(string): string': join,
    '<string>.format(list<dyn>): string': formatText,
    'strings.quote(string): string': quote,
  },
}

const outOfRange = (index: bigint) => new Failure(`index out of range: ${index}`)

function charAt(text: string, index: bigint): Result {
  const characters = [...text]
  if (index < 0n || index > characters.length) return outOfRange(index)
  return characters[Number(index)] ?? ''
}

function indexOf(text: string, part: string, offset: bigint): Result {
  if (offset < 0n) return outOfRange(offset)
  const characters = [...text]
  const start = clamp(offset, characters.length)
  if (part === '') return BigInt(start)
  const units = lengthOf(characters.slice(0, start))
  return toCharacters(text, text.indexOf(part, units))
}

// without an offset, from the end
function lastIndexOf(text: string, part: string, offset?: bigint): Result {
  if (offset !== undefined && offset < 0n) return outOfRange(offset)
  const characters = [...text]
  if (part === '') return BigInt(offset === undefined ? characters.length : clamp(offset, characters.length))
  if (offset !== undefined && offset >= characters.length) return -1n
  const units = offset === undefined ? text.length : lengthOf(characters.slice(0, Number(offset)))
  return part.length > text.length ? -1n : toCharacters(text, text.lastIndexOf(part, units))
}

// Reading more than this would cost more than Kubernetes lets an evaluation cost.
const MAX_CHARACTERS = 10_000_000

function replace([text, old, by]: readonly [string, string, string], count: bigint): Result {
  const parts = splitAt(text, old, count < 0n ? -1n : count + 1n, true)
  const isTooLong = text.length + parts.length * by.length > MAX_CHARACTERS
  return isTooLong ? new Failure(`replace: a text of more than ${MAX_CHARACTERS} characters`) : parts.join(by)
}

function split(text: string, separator: string, limit: bigint): string[] {
  return limit === 0n ? [] : splitAt(text, separator, limit)
}

// Go takes the empty text as what stands between all characters; `replace` looks before the first and after the last too.
function splitAt(text: string, separator: string, limit: bigint, isReplace = false): string[] {
  const all = separator === '' ? splitCharacters(text, isReplace) : text.split(separator)
  if (limit < 0n || all.length <= limit) return all
  const head = all.slice(0, Number(limit) - 1)
  return [...head, all.slice(Number(limit) - 1).join(separator)]
}

const splitCharacters = (text: string, isReplace: boolean) => (isReplace ? ['', ...text, ''] : [...text])

function substring(text: string, start: bigint, end?: bigint): Result {
  const characters = [...text]
  const last = end ?? BigInt(characters.length)
  if (end !== undefined && start > end) return new Failure(`invalid substring range. start: ${start}, end: ${end}`)
  if (start < 0n || start > characters.length) return outOfRange(start)
  if (last > characters.length) return outOfRange(last)
  return characters.slice(Number(start), Number(last)).join('')
}

// what Unicode calls White_Space: U+0085 is, U+FEFF is not
function trim(text: string): string {
  return text.replace(/^[\p{White_Space}]+/u, '').replace(/[\p{White_Space}]+$/u, '')
}

function join(list: readonly Value[], separator: string): Result {
  return list.every((each) => typeof each === 'string') ? list.join(separator) : new Failure('join: invalid input')
}

// Go's quoting knows fewer escapes than JSON, and more: what has none stands as it is.
const QUOTES = new Map(Array.from('\x07\b\f\n\r\t\v\\"', (character, i) => [character, `\\${'abfnrtv\\"'[i]}`]))

function quote(text: string): string {
  return `"${Array.from(text.toWellFormed(), (character) => QUOTES.get(character) ?? character).join('')}"`
}

const clamp = (offset: bigint, length: number) => (offset > length ? length : Number(offset))
const lengthOf = (characters: readonly string[]) => characters.reduce((sum, { length }) => sum + length, 0)
const toCharacters = (text: string, units: number) => (units < 0 ? -1n : BigInt([...text.slice(0, units)].length))
