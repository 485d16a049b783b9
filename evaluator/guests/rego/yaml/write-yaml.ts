import { NotDefined } from '../builtins/builtin.ts'
import { limitCharacters } from '../builtins/limits.ts'
import { formatFloat } from '../go/format/format-float.ts'
import { isArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from '../values/value.ts'
import { writeValue } from '../values/write-value.ts'
import { compareNaturally } from './natural-order.ts'
import { quoteForYaml } from './quote.ts'
import { isInteger64, resolveScalar } from './resolve-scalar.ts'
import { analyzeScalar } from './scalar-style.ts'

const MAX_DEPTH = 1000

/** A value as YAML, written as go-yaml does with an indentation of two. */
export function writeYaml(value: RegoValue): string {
  const text = writeNode(value, 0)
  limitCharacters(text.length)
  return `${text.replace(/^[ \n]+/, '')}\n`
}

// A collection starts on a line of its own, a scalar behind what leads to it.
function writeNode(value: RegoValue, depth: number): string {
  if (depth > MAX_DEPTH) throw new NotDefined('too deep')
  const indent = `\n${'  '.repeat(depth)}`
  if (value instanceof RegoObject) return writeMap(value, depth, indent)
  const members = value instanceof RegoSet ? value.members : value
  if (!isArray(members)) return ` ${writeScalar(members, depth)}`
  if (members.length === 0) return ' []'
  return members.map((member) => `${indent}-${inline(writeNode(member, depth + 1))}`).join('')
}

function writeMap({ entries }: RegoObject, depth: number, indent: string): string {
  if (entries.length === 0) return ' {}'
  return entries
    .map(([key, value]) => [typeof key === 'string' ? key : writeValue(key), value] as const)
    .toSorted(([left], [right]) => compareNaturally(left, right))
    .map(([key, value]) => `${indent}${writeKey(key)}:${writeNode(value, depth + 1)}`)
    .join('')
}

// The first line of a collection follows a dash directly.
const inline = (text: string) => text.replace(/^\n */, ' ')

function writeKey(key: string): string {
  return writeText(key, undefined)
}

function writeScalar(value: RegoValue, depth: number): string {
  if (typeof value === 'string') return writeText(value, depth)
  if (value instanceof RegoNumber) return writeNumber(value)
  return String(value)
}

// As go-yaml reads it: what is no integer of 64 bits is a float.
function writeNumber({ text }: RegoNumber): string {
  const integer = /^-?\d+$/.test(text) ? BigInt(text) : undefined
  return integer !== undefined && isInteger64(integer) ? String(integer) : general(text)
}

function general(text: string): string {
  const directive = {
    plus: false,
    minus: false,
    sharp: false,
    space: false,
    zero: false,
    width: undefined,
    precision: undefined,
  }
  return formatFloat(Number(text), { ...directive, verb: 'g' }) ?? text
}

// Words that older readers of YAML take for booleans or numbers.
const OLD_WORDS = /^(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const TIMESTAMP = /^\d{4}-\d{1,2}-\d{1,2}($|[Tt ])/

function writeText(text: string, depth: number | undefined): string {
  const { allowsPlain, allowsSingleQuotes, allowsBlock, isMultiline } = analyzeScalar(text)
  if (isMultiline && depth !== undefined && allowsBlock) return writeBlock(text, depth)
  const isMistakable =
    typeof resolveScalar(text) !== 'string' || OLD_WORDS.test(text) || BASE_60.test(text) || TIMESTAMP.test(text)
  if (isMistakable || text === '<<' || isMultiline) return quoteForYaml(text)
  if (allowsPlain) return text
  return allowsSingleQuotes ? `'${text.replaceAll("'", "''")}'` : quoteForYaml(text)
}

function writeBlock(text: string, depth: number): string {
  const indent = '  '.repeat(depth)
  const hint = /^[ \n]/.test(text) ? '2' : ''
  const body = text.replace(/\n$/, '')
  const chomp = body === text ? '-' : /\n$/.test(body) || body === '' ? '+' : ''
  const lines = body.split('\n').map((line) => (line === '' ? '' : indent + line))
  return `|${hint}${chomp}\n${lines.join('\n')}`
}
