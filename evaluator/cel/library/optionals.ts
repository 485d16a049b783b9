import { CelMap } from '../run/cel-map.ts'
import { NONE, Optional } from '../run/optional.ts'
import { Duration, Timestamp } from '../run/times.ts'
import { Failure, type Result, Uint, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'

/** Values that may be absent. https://pkg.go.dev/github.com/google/cel-go/cel#OptionalTypes */
export const optionals: Library = {
  functions: {
    'optional.of(V): optional<V>': (value: Value) => new Optional(value),
    'optional.ofNonZeroValue(V): optional<V>': (value: Value) => (isZero(value) ? NONE : new Optional(value)),
    'optional.none(): optional<V>': () => NONE,
    '<optional<V>>.value(): V': ({ value }: Optional) => value ?? (value === null ? null : dereferenced()),
    '<optional<V>>.hasValue(): bool': ({ value }: Optional) => value !== undefined,
    // planned, for their argument may not be evaluated
    '<optional<V>>.or(optional<V>): optional<V>': undefined,
    '<optional<V>>.orValue(V): V': undefined,
    '<list<V>>.first(): optional<V>': (list: readonly Value[]) => new Optional(list[0]),
    '<list<V>>.last(): optional<V>': (list: readonly Value[]) => new Optional(list.at(-1)),
    'optional.unwrap(list<optional<V>>): list<V>': unwrap,
    '<list<optional<V>>>.unwrapOpt(): list<V>': unwrap,
  },
}

const dereferenced = () => new Failure('optional.none() dereference')

function unwrap(list: readonly Value[]): Result {
  if (!list.every((each) => each instanceof Optional)) return new Failure('value is not optional')
  return list.flatMap(({ value }) => (value === undefined ? [] : [value]))
}

function isZero(value: Value): boolean {
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof CelMap) return value.size === 0
  if (value instanceof Duration) return value.nanos === 0n
  // Go's zero time is the year 1
  if (value instanceof Timestamp) return value.seconds === -62_135_596_800n && value.nanos % 1_000_000_000n === 0n
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0
  return value === null || value === false || value === 0n || value === 0 || value === ''
}
