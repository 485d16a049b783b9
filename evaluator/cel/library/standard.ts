import * as arithmetic from '../run/arithmetic.ts'
import { CelMap } from '../run/cel-map.ts'
import { sizeOf } from '../run/cost.ts'
import { listContains, valuesEqual } from '../run/equality.ts'
import { compareValues } from '../run/order.ts'
import { typeNameOf } from '../run/type-of.ts'
import { Failure, noSuchOverload, type Result, TypeValue, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'
import { matchesPattern } from './patterns.ts'

const ORDERED = ['bool', 'string', 'bytes', 'timestamp', 'duration']
const NUMBERS = ['int', 'uint', 'double']

// Numbers are ordered across types: what a policy compares, JSON may have written either way.
const ORDER_SIGNATURES = [
  ...ORDERED.map((type) => `(${type}, ${type}): bool`),
  ...NUMBERS.flatMap((left) => NUMBERS.map((right) => `(${left}, ${right}): bool`)),
]

const arithmeticOn = (types: readonly string[]) => types.map((type) => `(${type}, ${type}): ${type}`)

const ordered = (holds: (order: number) => boolean) => ({
  signatures: ORDER_SIGNATURES,
  run: (left: Value, right: Value): Result => {
    const order = compareValues(left, right)
    return order instanceof Failure ? order : holds(order)
  },
})

/** The operators, and the functions that no type is without. https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions */
export const standard: Library = {
  operators: {
    '_&&_': { signatures: ['(bool, bool): bool'], run: noSuchOverloadFor },
    '_||_': { signatures: ['(bool, bool): bool'], run: noSuchOverloadFor },
    '_?_:_': { signatures: ['(bool, A, A): A'], run: noSuchOverloadFor },
    '@not_strictly_false': { signatures: ['(bool): bool'], run: noSuchOverloadFor },
    '!_': {
      signatures: ['(bool): bool'],
      run: (value) => (typeof value === 'boolean' ? !value : noSuchOverload('!_')),
    },
    '-_': { signatures: ['(int): int', '(double): double'], run: arithmetic.negate },
    '_==_': { signatures: ['(A, A): bool'], run: valuesEqual as (...args: Value[]) => Result },
    '_!=_': { signatures: ['(A, A): bool'], run: (left = null, right = null) => valuesEqual(left, right) !== true },
    '_<_': ordered((order) => order < 0),
    '_<=_': ordered((order) => order <= 0),
    '_>_': ordered((order) => order > 0),
    '_>=_': ordered((order) => order >= 0),
    '_+_': {
      signatures: [
        ...arithmeticOn(['bytes', 'double', 'duration', 'int', 'list<A>', 'string', 'uint']),
        '(duration, timestamp): timestamp',
        '(timestamp, duration): timestamp',
      ],
      run: arithmetic.add,
    },
    '_-_': {
      signatures: [
        ...arithmeticOn(['double', 'duration', 'int', 'uint']),
        '(timestamp, duration): timestamp',
        '(timestamp, timestamp): duration',
      ],
      run: arithmetic.subtract,
    },
    '_*_': { signatures: arithmeticOn(['double', 'int', 'uint']), run: arithmetic.multiply },
    '_/_': { signatures: arithmeticOn(['double', 'int', 'uint']), run: arithmetic.divide },
    '_%_': { signatures: arithmeticOn(['int', 'uint']), run: arithmetic.modulo },
    '_[_]': {
      signatures: [
        '(list<A>, int): A',
        '(map<A, B>, A): B',
        '(optional<list<V>>, int): optional<V>',
        '(optional<map<K, V>>, K): optional<V>',
      ],
      run: noSuchOverloadFor,
    },
    '_[?_]': {
      signatures: [
        '(list<V>, int): optional<V>',
        '(optional<list<V>>, int): optional<V>',
        '(map<K, V>, K): optional<V>',
        '(optional<map<K, V>>, K): optional<V>',
      ],
      run: noSuchOverloadFor,
    },
    '@in': { signatures: ['(A, list<A>): bool', '(A, map<A, B>): bool'], run: isIn },
    size: {
      signatures: ['bytes', 'list<A>', 'map<A, B>', 'string'].flatMap((type) => [
        `(${type}): int`,
        `<${type}>.size(): int`,
      ]),
      run: measure,
    },
    type: { signatures: ['(A): type<A>'], run: (value = null) => new TypeValue(typeNameOf(value)) },
    dyn: { signatures: ['(A): dyn'], run: (value = null) => value },
    matches: {
      signatures: ['(string, string): bool', '<string>.matches(string): bool'],
      run: matchesPattern,
    },
  },
  functions: {
    '<string>.contains(string): bool': (text: string, part: string) => text.includes(part),
    '<string>.startsWith(string): bool': (text: string, part: string) => text.startsWith(part),
    '<string>.endsWith(string): bool': (text: string, part: string) => text.endsWith(part),
    'cel.@mapInsert(map<K, V>, K, V): map<K, V>': (map: CelMap, key: Value, value: Value) =>
      insert(map, [[key, value]]),
    'cel.@mapInsert(map<K, V>, map<K, V>): map<K, V>': (map: CelMap, other: CelMap) => insert(map, other.pairs()),
  },
}

// Of operators that planning gives a meaning of their own.
function noSuchOverloadFor(): Failure {
  return noSuchOverload()
}

function isIn(value: Value, range: Value): Result {
  if (Array.isArray(range)) return listContains(range, value)
  return range instanceof CelMap ? range.get(value) !== undefined : noSuchOverload('@in')
}

function measure(value: Value): Result {
  const hasSize =
    typeof value === 'string' || value instanceof Uint8Array || value instanceof CelMap || Array.isArray(value)
  return hasSize ? BigInt(sizeOf(value)) : noSuchOverload('size')
}

// The map is the accumulator of a macro: nobody else sees it grow.
function insert(map: CelMap, entries: readonly [Value, Value][]): Result {
  for (const [key, value] of entries) {
    if (map.get(key) !== undefined) return new Failure(`insert failed: key ${String(key)} already exists`)
    if (!map.set(key, value)) return new Failure('unsupported key type')
  }
  return map
}
