import { CelMap } from './cel-map.ts'
import type { Frame, Step } from './frame.ts'
import { NONE, Optional } from './optional.ts'
import { typeNameOf } from './type-of.ts'
import { Failure, type Result, Uint, type Value } from './values.ts'

/** One step into a value: a field or an index. */
export interface Qualifier {
  readonly key: Value | Step
  /** Written with `?`: what is missing is no failure. */
  readonly isOptional: boolean
}

/** The failure that an optional step forgives. */
class Missing extends Failure {}

/**
 * Goes from a value along fields and indices. From the first optional one on, everything that is missing ends in
 * `optional.none()`, and what is found is an optional.
 */
export function follow(base: Value, qualifiers: readonly Qualifier[], frame: Frame): Result {
  const start = base instanceof Optional ? base.value : base
  const plain = base instanceof Optional ? 0 : qualifiers.findIndex(({ isOptional }) => isOptional)
  if (start === undefined) return NONE
  if (plain === -1) return walk(start, qualifiers, frame)
  const middle = walk(start, qualifiers.slice(0, plain), frame)
  if (middle instanceof Failure) return middle
  const end = walk(middle, qualifiers.slice(plain), frame)
  if (end instanceof Failure) return end instanceof Missing ? NONE : end
  return new Optional(end)
}

function walk(start: Value, qualifiers: readonly Qualifier[], frame: Frame): Result {
  let value = start
  for (const { key } of qualifiers) {
    const found = step(value, typeof key === 'function' ? key(frame) : key)
    if (found instanceof Failure) return found
    value = found
  }
  return value
}

function step(value: Value, key: Result): Result {
  if (key instanceof Failure) return key
  const found = lookUp(value, key)
  return found === undefined ? describeMissing(value, key) : found
}

/** Whether a field is there: `has(value.field)`. */
export function isPresent(base: Value, field: string): Result {
  const value = base instanceof Optional ? base.value : base
  if (value === undefined) return false
  const found = lookUp(value, field)
  return found instanceof Failure ? found : found !== undefined
}

function lookUp(value: Value, key: Value): Result | undefined {
  if (value instanceof CelMap) return value.get(key)
  if (!Array.isArray(value)) return undefined
  const index = indexOf(key)
  return index === undefined ? new Failure(`unsupported index type '${typeNameOf(key)}' in list`) : value[index]
}

function indexOf(key: Value): number | undefined {
  if (typeof key === 'bigint') return Number(key)
  if (key instanceof Uint) return Number(key.value)
  return typeof key === 'number' && Number.isInteger(key) ? key : undefined
}

function describeMissing(value: Value, key: Value): Missing {
  const text = key instanceof Uint ? key.value : typeof key === 'object' ? typeNameOf(key) : key
  return new Missing(Array.isArray(value) ? `index out of bounds: ${text}` : `no such key: ${text}`)
}
