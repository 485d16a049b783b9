import { toText } from '../go/bytes.ts'
import { escapeQuery, unescapeQuery } from '../go/query-escape.ts'
import { toObject } from '../values/collections.ts'
import { compareTexts } from '../values/order.ts'
import { isArray, RegoSet, type RegoValue } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { objectAt, textAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/encoding */
export const ENCODING: Builtins = {
  'base64url.encode_no_pad': (args) => Buffer.from(textAt(args, 0)).toString('base64url'),
  'hex.encode': (args) => Buffer.from(textAt(args, 0)).toString('hex'),
  'hex.decode': (args) => decodeHex(textAt(args, 0)),
  'urlquery.encode': (args) => escapeQuery(textAt(args, 0)),
  'urlquery.decode': (args) => unescapeQuery(textAt(args, 0)) ?? refuse('no query'),
  'urlquery.encode_object': (args) =>
    objectAt(args, 0)
      .entries.flatMap(([key, value]) => textsOf(value).map((text) => [keyText(key), text] as const))
      .toSorted(([left], [right]) => compareTexts(left, right))
      .map(([key, text]) => `${escapeQuery(key)}=${escapeQuery(text)}`)
      .join('&'),
  'urlquery.decode_object': (args) => {
    const found = new Map<string, string[]>()
    for (const [name, value] of readPairs(textAt(args, 0))) found.set(name, [...(found.get(name) ?? []), value])
    return toObject([...found])
  },
}

function decodeHex(text: string): string {
  const bytes = Buffer.from(text, 'hex')
  return bytes.length * 2 === text.length ? toText(bytes) : refuse('no hexadecimal digits')
}

function keyText(key: RegoValue): string {
  return typeof key === 'string' ? key : refuse('a key that is no string')
}

function textsOf(value: RegoValue): readonly string[] {
  if (typeof value === 'string') return [value]
  const members = value instanceof RegoSet ? value.members : value
  if (!isArray(members)) return refuse('no strings')
  return members.map((member) => (typeof member === 'string' ? member : refuse('no strings')))
}

// https://pkg.go.dev/net/url#ParseQuery
function* readPairs(query: string): Generator<readonly [name: string, value: string]> {
  for (const part of query.split('&')) {
    if (part === '') continue
    if (part.includes(';')) refuse('a semicolon')
    const equals = part.includes('=') ? part.indexOf('=') : part.length
    const [name, value] = [unescapeQuery(part.slice(0, equals)), unescapeQuery(part.slice(equals + 1))]
    yield name === undefined || value === undefined ? refuse('no query') : [name, value]
  }
}

function refuse(what: string): never {
  throw new NotDefined(what)
}
