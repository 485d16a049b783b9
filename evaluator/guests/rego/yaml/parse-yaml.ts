import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml'
import { NotDefined } from '../builtins/builtin.ts'
import { limitMembers } from '../builtins/limits.ts'
import { toText } from '../go/bytes.ts'
import { toObject } from '../values/collections.ts'
import { type RegoEntry, RegoNumber, RegoObject, type RegoValue } from '../values/value.ts'
import { type Resolved, resolveScalar } from './resolve-scalar.ts'

// Strings only: what they mean is decided here, as go-yaml does.
const OPTIONS = { schema: 'failsafe', uniqueKeys: false, merge: false, logLevel: 'silent' } as const
// https://yaml.org/spec/1.2.2/#51-character-set
const FORBIDDEN = /(?![\t\n\r\u0085])\p{Cc}|[\ufffe\uffff]|.\ufeff/u
const MAX_CHARACTERS = 1024 * 1024

/** The first document of a YAML text as JSON would hold it. @throws NotDefined */
export function parseYaml(text: string): RegoValue {
  if (text.length > MAX_CHARACTERS) limitMembers(text.length)
  if (FORBIDDEN.test(text)) throw new NotDefined('control characters')
  const documents = parseAllDocuments(text, OPTIONS)
  if (documents.some(({ errors }) => errors.length > 0)) throw new NotDefined('not YAML')
  const [first] = documents
  return first === undefined ? null : new Reader((alias) => alias.resolve(first)).value(first.contents)
}

class Reader {
  readonly #resolve: (alias: Alias) => unknown
  // Aliases can make little text into many values, and refer to what they are part of.
  #count = 0

  constructor(resolve: (alias: Alias) => unknown) {
    this.#resolve = resolve
  }

  value(node: unknown): RegoValue {
    this.#count += 1
    limitMembers(this.#count)
    if (isAlias(node)) return this.value(this.#resolve(node) ?? refuse('an unknown alias'))
    if (isMap(node)) return this.#map(node)
    if (isSeq(node)) return node.items.map((item) => this.value(item))
    return isScalar(node) ? readScalar(node) : null
  }

  #map({ items }: YAMLMap): RegoObject {
    const [merges, own] = [items.filter(isMerge), items.filter((pair) => !isMerge(pair))]
    const merged = merges.flatMap(({ value }) => this.#merged(value)).toReversed()
    const entries = own.map(({ key, value }): RegoEntry => [keyText(this.value(key)), this.value(value)])
    // what stands in the map itself goes before what is merged, and the first merged before the others
    return toObject([...merged, ...entries])
  }

  #merged(node: unknown): readonly RegoEntry[] {
    const target = isAlias(node) ? this.#resolve(node) : node
    if (isSeq(target)) return target.items.flatMap((item) => this.#merged(item))
    const value = this.value(target)
    return value instanceof RegoObject ? value.entries : refuse('merges what is no map')
  }
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<'
}

function keyText(key: RegoValue): string {
  if (typeof key === 'string') return key
  if (key instanceof RegoNumber) return key.text
  return typeof key === 'boolean' ? String(key) : refuse('a key that JSON cannot have')
}

function readScalar(scalar: Scalar): RegoValue {
  const text = String(scalar.value ?? '')
  const tag = scalar.tag?.replace(/^tag:yaml\.org,2002:/, '!!') ?? ''
  if (tag === '!!binary') return toText(Buffer.from(text, 'base64'))
  const isPlain = scalar.type === 'PLAIN' || scalar.type === undefined
  if (!isPlain && (tag === '' || tag === '!!str')) return text
  const resolved = resolveScalar(text)
  if (tag !== '') return readTagged(tag, text, resolved)
  return resolved === undefined ? refuse('no number of JSON') : resolved
}

function readTagged(tag: string, text: string, resolved: Resolved): RegoValue {
  switch (tag) {
    case '!!null':
      return resolved === null ? null : refuse('not null')
    case '!!bool':
      return typeof resolved === 'boolean' ? resolved : refuse('not a boolean')
    case '!!int':
      return resolved instanceof RegoNumber && /^-?\d+$/.test(resolved.text) ? resolved : refuse('not an integer')
    case '!!float':
      return resolved instanceof RegoNumber ? resolved : refuse('not a float')
    default:
      return text
  }
}

function refuse(what: string): never {
  throw new NotDefined(what)
}
