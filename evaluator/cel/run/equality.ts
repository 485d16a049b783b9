import { CelMap } from './cel-map.ts'
import { type Failure, Opaque, Uint, type Value } from './values.ts'

/**
 * CEL's `==`: numbers are equal across types, values of different types are not, lists and maps by their elements.
 * A failure only for types of Kubernetes' library, which can be compared with nothing else.
 */
export function valuesEqual(left: Value, right: Value): boolean | Failure {
  if (left === null || right === null) return left === right
  const order = compareNumbers(left, right)
  if (order !== undefined) return order === 0
  if (left instanceof Opaque) return left.equals(right)
  if (left instanceof CelMap) return right instanceof CelMap && mapsEqual(left, right)
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0
  if (Array.isArray(left)) return Array.isArray(right) && listsEqual(left, right)
  return left === right
}

/** Whether a list holds a value. */
export function listContains(list: readonly Value[], value: Value): boolean {
  return list.some((element) => valuesEqual(value, element) === true)
}

// Go's CEL asks of elements only that they do not differ: what cannot be compared counts as equal.
function listsEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((element, i) => valuesEqual(element, right[i] ?? null) !== false)
}

function mapsEqual(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false
  return left.pairs().every(([key, value]) => {
    const other = right.get(key)
    return other !== undefined && valuesEqual(value, other) !== false
  })
}

/** The order of two numbers of any type; undefined if one is no number, NaN if there is none. */
export function compareNumbers(left: Value, right: Value): number | undefined {
  const a = numberOf(left)
  const b = numberOf(right)
  if (a === undefined || b === undefined) return undefined
  // a double and an integer are compared as doubles, which rounds the integer
  return typeof a === typeof b ? orderOf(a, b) : orderOf(Number(a), Number(b))
}

function orderOf<T extends bigint | number>(left: T, right: T): number {
  if (left < right) return -1
  if (left > right) return 1
  return left === right ? 0 : Number.NaN
}

function numberOf(value: Value): bigint | number | undefined {
  if (value instanceof Uint) return value.value
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined
}
