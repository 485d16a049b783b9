import { compareTexts } from '../values/order.ts'
import { isArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from '../values/value.ts'
import { writeValue } from '../values/write-value.ts'

/** How to break lines; none without it. */
export interface Indentation {
  readonly prefix: string
  readonly indent: string
}

/** A value as Go's `encoding/json` writes it: sets are arrays, and keys that are no strings are written as JSON. */
export function toGoJson(value: RegoValue, indentation?: Indentation): string {
  return write(value, indentation, 0)
}

function write(value: RegoValue, indentation: Indentation | undefined, depth: number): string {
  if (typeof value === 'string') return quote(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (value instanceof RegoNumber) return value.text
  const inner = (member: RegoValue) => write(member, indentation, depth + 1)
  if (value instanceof RegoObject) {
    const colon = indentation === undefined ? ':' : ': '
    const members = value.entries
      .map(([key, member]) => [keyText(key), member] as const)
      .toSorted(([left], [right]) => compareTexts(left, right))
      .map(([key, member]) => `${quote(key)}${colon}${inner(member)}`)
    return list('{}', members, { indentation, depth })
  }
  const members = value instanceof RegoSet ? value.members : value
  return list('[]', (isArray(members) ? members : []).map(inner), { indentation, depth })
}

interface Place {
  readonly indentation: Indentation | undefined
  readonly depth: number
}

function list(brackets: string, members: readonly string[], { indentation, depth }: Place): string {
  const [open = '', close = ''] = brackets
  if (indentation === undefined || members.length === 0) return open + members.join(',') + close
  const line = (level: number) => `\n${indentation.prefix}${indentation.indent.repeat(level)}`
  return open + members.map((member) => line(depth + 1) + member).join(',') + line(depth) + close
}

export const keyText = (key: RegoValue) => (typeof key === 'string' ? key : writeValue(key))

// Go makes JSON safe for HTML.
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(/[<>&\u2028\u2029\x7f]/g, (character) =>
    character === '\x7f' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
