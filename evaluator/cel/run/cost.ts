import { CelMap } from './cel-map.ts'
import { Optional } from './optional.ts'
import { CelObject, Opaque, type Value } from './values.ts'

type Cost = (args: readonly Value[]) => number

/**
 * What a call costs, in Kubernetes' units: the factors of Go's CEL and of Kubernetes' own libraries.
 * https://pkg.go.dev/k8s.io/apiserver/pkg/cel/library#CostEstimator
 */
export function costOf(name: string, args: readonly Value[], isResolved: boolean): number {
  const costs = Object.hasOwn(OF_NAMES, name) ? OF_NAMES : isResolved ? OF_OVERLOADS : {}
  const cost = Object.hasOwn(costs, name) ? costs[name] : undefined
  return cost === undefined ? 1 : cost(args)
}

type Costs = Readonly<Record<string, Cost>>

const CHARACTER = 0.1
const PATTERN_CHARACTER = 0.25
const LIST = 10

const traverse: Cost = ([text]) => scan(sizeOf(text))
const traverseTwice: Cost = ([text]) => Math.ceil(sizeOf(text) * 2 * CHARACTER)
const traverseSecond: Cost = ([, text]) => scan(sizeOf(text))
const traverseShorter: Cost = ([left, right]) => scan(Math.min(sizeOf(left), sizeOf(right)))
const traverseDeep: Cost = ([list = null]) => traversalOf(list)

const search: Cost = ([text, pattern]) =>
  Math.ceil((1 + sizeOf(text)) * CHARACTER) * Math.ceil(sizeOf(pattern) * PATTERN_CHARACTER)

const compare: Cost = ([left, right]) => (isText(left) && isText(right) ? traverseShorter([left, right]) : 1)

const equal: Cost = ([left = null, right = null]) =>
  left instanceof Opaque && !(left instanceof Optional) ? 1 : traverseShorter([left, right])

const add: Cost = ([left, right]) => (isText(left) && isText(right) ? scan(sizeOf(left) + sizeOf(right)) : 1)

const multiply =
  (factor: number): Cost =>
  ([left, right]) =>
    1 + sizeOf(left) * sizeOf(right) * factor

const selfCompare =
  (argument: number): Cost =>
  (args) => {
    const list = args[argument]
    const elements = Array.isArray(list) ? list.length : 0
    return 1 + LIST + Math.floor(elements * elements * (Array.isArray(list) && isText(list[0]) ? 2 + CHARACTER : 2))
  }

/** Of a function that fails at once, nothing but the call. */
const allocate = (elements: number) => 1 + LIST + Math.max(0, elements)

// Of Go's CEL, which knows the cost of an overload: if only the values tell which one it is, it charges 1.
const OF_OVERLOADS: Costs = {
  startsWith: traverseSecond,
  endsWith: traverseSecond,
  contains: ([text, part]) => scan(sizeOf(text)) * scan(sizeOf(part)),
  bytes: traverse,
  string: ([value]) => (value instanceof Uint8Array ? traverse([value]) : 1),
  format: traverse,
  'strings.quote': traverse,
  '@in': ([, range]) => (Array.isArray(range) ? range.length : 1),
  '_<_': compare,
  '_<=_': compare,
  '_>_': compare,
  '_>=_': compare,
  '_+_': add,
  matches: search,
  'sets.contains': multiply(1),
  'sets.intersects': multiply(1),
  'sets.equivalent': multiply(2),
  slice: ([, start, end]) => allocate(Number(end) - Number(start)),
  flatten: ([list, depth]) => allocate(sizeOf(list) * (depth === undefined ? 1 : Number(depth))),
  'lists.range': ([length]) => allocate(Number(length)),
  reverse: ([list]) => allocate(sizeOf(list)),
  distinct: selfCompare(0),
  sort: selfCompare(0),
  '@sortByAssociatedKeys': selfCompare(1),
}

// Of Kubernetes, which goes by the name.
const OF_NAMES: Costs = {
  '_==_': equal,
  '_!=_': traverseShorter,
  find: search,
  findAll: search,
  isSorted: traverseDeep,
  sum: traverseDeep,
  max: traverseDeep,
  min: traverseDeep,
  indexOf: traverseDeep,
  lastIndexOf: traverseDeep,
  url: traverse,
  lowerAscii: traverse,
  upperAscii: traverse,
  substring: traverse,
  trim: traverse,
  replace: traverseTwice,
  split: traverseTwice,
  join: ([list, separator]) => Math.ceil(joinedSize(list, separator) * 2 * CHARACTER),
  cidr: traverse,
  isIP: traverse,
  isCIDR: traverse,
  ip: ([value]) => (isText(value) ? traverse([value]) : 1),
  'ip.isCanonical': traverseTwice,
  containsIP: ([cidr, ip]) => Math.ceil(2 * sizeOf(cidr) * CHARACTER) + (isText(ip) ? traverse([ip]) : 0),
  containsCIDR: ([cidr, other]) =>
    Math.ceil(2 * sizeOf(cidr) * CHARACTER) + scan(sizeOf(cidr)) + 1 + (isText(other) ? traverse([other]) : 0),
  quantity: traverse,
  isQuantity: traverse,
  semver: traverse,
  isSemver: traverse,
  validate: ([format, text]) =>
    Math.ceil((1 + sizeOf(text)) * CHARACTER) * Math.ceil(sizeOf(format) * PATTERN_CHARACTER),
}

// What all parts of a value cost to look at once; a text by its bytes.
function traversalOf(value: Value): number {
  if (typeof value === 'string') return Math.trunc(Buffer.byteLength(value) * CHARACTER)
  if (value instanceof Uint8Array) return Math.trunc(value.length * CHARACTER)
  const parts = value instanceof CelMap ? value.pairs().flat() : Array.isArray(value) ? value : undefined
  return parts === undefined ? 1 : parts.reduce((sum: number, part) => sum + traversalOf(part), 0)
}

const scan = (characters: number) => Math.ceil(characters * CHARACTER)

const isText = (value: Value | undefined) => typeof value === 'string' || value instanceof Uint8Array

/** How large the API server counts a value: characters, bytes, elements, entries; 1 for all else. */
export function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return countCharacters(value)
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length
  if (value instanceof CelObject) return value.size
  return 1
}

/** Code points, as Go counts runes. */
export function countCharacters(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
    if (isPair) count -= 1
  }
  return count
}

function joinedSize(list: Value | undefined, separator: Value | undefined): number {
  if (!Array.isArray(list)) return 1
  const separators = Math.max(0, list.length - 1) * (separator === undefined ? 0 : sizeOf(separator))
  return list.reduce((sum: number, part) => sum + sizeOf(part), separators)
}
