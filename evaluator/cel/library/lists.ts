import { add } from '../run/arithmetic.ts'
import { listContains, valuesEqual } from '../run/equality.ts'
import { compareValues } from '../run/order.ts'
import { Duration } from '../run/times.ts'
import { typeNameOf } from '../run/type-of.ts'
import { Failure, noSuchOverload, type Result, Uint, type Value } from '../run/values.ts'
import type { Functions, Library } from '../types/environment.ts'

type List = readonly Value[]

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']
const SUMMABLE: Readonly<Record<string, Value>> = {
  int: 0n,
  uint: new Uint(0n),
  double: 0,
  duration: new Duration(0n),
}

/** Kubernetes' list library. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library */
export const kubernetesLists: Library = {
  functions: {
    ...overComparable((type) => [`<list<${type}>>.isSorted(): bool`, isSorted]),
    ...Object.fromEntries(
      Object.entries(SUMMABLE).map(([type, zero]) => [
        `<list<${type}>>.sum(): ${type}`,
        (list: List) => sum(list, zero),
      ]),
    ),
    ...overComparable((type) => [
      `<list<${type}>>.max(): ${type}`,
      (list: List) => best('max', list, (order) => order < 0),
    ]),
    ...overComparable((type) => [
      `<list<${type}>>.min(): ${type}`,
      (list: List) => best('min', list, (order) => order > 0),
    ]),
    '<list<A>>.indexOf(A): int': (list: List, value: Value) =>
      BigInt(list.findIndex((each) => valuesEqual(each, value) === true)),
    '<list<A>>.lastIndexOf(A): int': (list: List, value: Value) =>
      BigInt(list.findLastIndex((each) => valuesEqual(each, value) === true)),
  },
}

/** The lists extension in the version that Kubernetes uses (3). https://pkg.go.dev/github.com/google/cel-go/ext#Lists */
export const extendedLists: Library = {
  operators: {
    // lists that are flat already may come along, which the signature does not say
    flatten: {
      signatures: ['<list<list<T>>>.flatten(): list<T>', '<list<dyn>>.flatten(int): list<dyn>'],
      run: flatten,
    },
  },
  functions: {
    '<list<T>>.slice(int, int): list<T>': slice,
    ...overComparable((type) => [`<list<${type}>>.sort(): list<${type}>`, (list: List) => sortBy(list, list)]),
    ...overComparable((type) => [`<list<T>>.@sortByAssociatedKeys(list<${type}>): list<T>`, sortBy]),
    'lists.range(int): list<int>': range,
    '<list<T>>.reverse(): list<T>': (list: List) => list.toReversed(),
    '<list<T>>.distinct(): list<T>': distinct,
  },
}

function overComparable(declare: (type: string) => readonly [string, (...args: List[]) => Result]): Functions {
  return Object.fromEntries(COMPARABLE.map(declare))
}

function isSorted(list: List = []): Result {
  for (let i = 1; i < list.length; i++) {
    const order = compareValues(list[i - 1] as Value, list[i] as Value)
    if (order instanceof Failure) return order
    if (order > 0) return false
  }
  return true
}

function sum(list: List, zero: Value): Result {
  let total: Result = zero
  for (const each of list) {
    total = add(total, each)
    if (total instanceof Failure) return total
  }
  return total
}

function best(name: string, list: List = [], isBetter: (order: number) => boolean = () => false): Result {
  let found = list[0]
  if (found === undefined) return new Failure(`${name} called on empty list`)
  for (const each of list) {
    const order = compareValues(found, each)
    if (order instanceof Failure) return order
    if (isBetter(order)) found = each
  }
  return found
}

function slice(list: List, start: bigint, end: bigint): Result {
  const call = `cannot slice(${start}, ${end})`
  if (start < 0n || end < 0n) return new Failure(`${call}, negative indexes not supported`)
  if (start > end) return new Failure(`${call}, start index must be less than or equal to end index`)
  if (list.length < end) return new Failure(`${call}, list is length ${list.length}`)
  return list.slice(Number(start), Number(end))
}

// What lists of lists of lists may unfold to, far beyond what is paid for.
const MAX_ELEMENTS = 1_000_000

function flatten(list: Value = null, depth: Value = 1n): Result {
  if (!Array.isArray(list) || typeof depth !== 'bigint') return noSuchOverload('flatten')
  if (depth < 0n) return new Failure('level must be non-negative')
  const flat: Value[] = []
  return flattenInto(flat, list, depth) ? flat : new Failure(`a list of more than ${MAX_ELEMENTS} elements`)
}

function flattenInto(flat: Value[], list: List, depth: bigint): boolean {
  return list.every((each) => {
    if (Array.isArray(each) && depth > 0n) return flattenInto(flat, each, depth - 1n)
    return flat.push(each) <= MAX_ELEMENTS
  })
}

function sortBy(list: List = [], keys: List = []): Result {
  if (list.length !== keys.length) return new Failure('sortBy: as many keys as elements are needed')
  const type = typeNameOf(keys[0] ?? null)
  if (keys.some((key) => typeNameOf(key) !== type)) return new Failure('list elements must have the same type')
  let failure: Failure | undefined
  const order = keys.map((_key, i) => i)
  order.sort((left, right) => {
    const compared = compareValues(keys[left] as Value, keys[right] as Value)
    if (compared instanceof Failure) failure ??= compared
    return compared instanceof Failure ? 0 : compared
  })
  return failure ?? order.map((i) => list[i] as Value)
}

function range(length: bigint): Result {
  if (length < 0n) return new Failure(`lists.range: size must be non-negative, got ${length}`)
  return Array.from({ length: Number(length) }, (_each, i) => BigInt(i))
}

function distinct(list: List): Result {
  const found: Value[] = []
  for (const each of list) if (!listContains(found, each)) found.push(each)
  return found
}
