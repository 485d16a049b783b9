import type { Argument } from '../go/format/format-argument.ts'
import { sprintf } from '../go/format/sprintf.ts'
import { readInteger } from '../values/number.ts'
import { RegoNumber, type RegoValue } from '../values/value.ts'
import { showValue } from '../values/write-value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { limitMembers } from './limits.ts'
import { arrayAt, countAt, textAt, textsAt, valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/strings */
export const STRINGS: Builtins = {
  sprintf: (args) => sprintf(textAt(args, 0), arrayAt(args, 1).map(toArgument)),
  'strings.any_prefix_match': (args) => anyMatch(args, (text, part) => text.startsWith(part)),
  'strings.any_suffix_match': (args) => anyMatch(args, (text, part) => text.endsWith(part)),
  'strings.count': (args) => RegoNumber.of(count(textAt(args, 0), textAt(args, 1))),
  'strings.split_n': (args) => splitN(split(textAt(args, 0), textAt(args, 1)), countAt(args, 2)),
  indexof_n: (args) => indexes(textAt(args, 0), textAt(args, 1)),
}

function toArgument(value: RegoValue): Argument {
  if (typeof value === 'string') return value
  if (!(value instanceof RegoNumber)) return showValue(value)
  if (!/[.eE]/.test(value.text)) return readInteger(value.text) ?? value.text
  const float = Number(value.text)
  return Number.isFinite(float) ? float : value.text
}

function anyMatch(args: readonly RegoValue[], matches: (text: string, part: string) => boolean): boolean {
  const [texts, parts] = [textOrTextsAt(args, 0), textOrTextsAt(args, 1)]
  limitMembers(Math.ceil((texts.length * parts.length) / 1000))
  return texts.some((text) => parts.some((part) => matches(text, part)))
}

function textOrTextsAt(args: readonly RegoValue[], index: number): readonly string[] {
  const value = valueAt(args, index)
  return typeof value === 'string' ? [value] : textsAt(args, index)
}

function count(text: string, part: string): number {
  if (part === '') return [...text].length + 1
  let found = 0
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) found += 1
  return found
}

// Nothing splits into characters, not into the halves of some.
function split(text: string, separator: string): readonly string[] {
  return separator === '' ? [...text] : text.split(separator)
}

// From the left, or from the right for a negative number; what is beyond is left out.
function splitN(parts: readonly string[], limit: number): readonly string[] {
  limitMembers(parts.length)
  return limit >= 0 ? parts.slice(0, limit) : parts.slice(Math.max(parts.length + limit, 0))
}

// By characters, of which some are two units of JavaScript's.
function indexes(text: string, part: string): RegoValue {
  if (part === '') throw new NotDefined('nothing to search for')
  const found: RegoValue[] = []
  let [position, unit] = [0, 0]
  for (const character of text) {
    if (text.startsWith(part, unit)) found.push(RegoNumber.of(position))
    position += 1
    unit += character.length
  }
  limitMembers(found.length)
  return found
}
