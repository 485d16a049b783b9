import { GrowingList } from './fold.ts'
import { Duration, Timestamp, toDuration, toTimestamp } from './times.ts'
import { Failure, noSuchOverload, type Result, toInt, toUint, Uint, type Value } from './values.ts'

type Integers = (left: bigint, right: bigint) => bigint
type Doubles = (left: number, right: number) => number

// Longer than any list that the cost of making it would let be.
const MAX_LIST = 1_000_000

/** `left + right`, of numbers, texts, lists and times. */
export function add(left: Value, right: Value): Result {
  const sum = join(left, right) ?? addTimes(left, right)
  return (
    sum ??
    calculate(
      left,
      right,
      (a, b) => a + b,
      (a, b) => a + b,
    )
  )
}

function join(left: Value, right: Value): Result | undefined {
  if (typeof left === 'string' && typeof right === 'string') return left + right
  if (Array.isArray(left) && Array.isArray(right)) return concatenate(left, right)
  return left instanceof Uint8Array && right instanceof Uint8Array ? Buffer.concat([left, right]) : undefined
}

function addTimes(left: Value, right: Value): Result | undefined {
  if (left instanceof Timestamp && right instanceof Duration) return shift(left, right.nanos)
  if (left instanceof Duration && right instanceof Timestamp) return shift(right, left.nanos)
  return left instanceof Duration && right instanceof Duration ? toDuration(left.nanos + right.nanos) : undefined
}

export function subtract(left: Value, right: Value): Result {
  if (left instanceof Timestamp && right instanceof Duration) return shift(left, -right.nanos)
  const areTimes = left instanceof Timestamp && right instanceof Timestamp
  const areSpans = left instanceof Duration && right instanceof Duration
  if (areTimes || areSpans) return toDuration(left.nanos - right.nanos)
  return calculate(
    left,
    right,
    (a, b) => a - b,
    (a, b) => a - b,
  )
}

export function multiply(left: Value, right: Value): Result {
  return calculate(
    left,
    right,
    (a, b) => a * b,
    (a, b) => a * b,
  )
}

/** `left / right`; of integers, rounded towards zero. */
export function divide(left: Value, right: Value): Result {
  if (isZero(right) && isInteger(left)) return new Failure('division by zero')
  return calculate(
    left,
    right,
    (a, b) => a / b,
    (a, b) => a / b,
  )
}

/** `left % right`, of integers only; the sign is that of `left`. */
export function modulo(left: Value, right: Value): Result {
  if (!isInteger(left) || !isInteger(right)) return noSuchOverload('_%_')
  if (isZero(right)) return new Failure('modulus by zero')
  // the quotient would not fit, and Go's CEL says so
  if (left === -(2n ** 63n) && right === -1n) return new Failure('integer overflow')
  return calculate(
    left,
    right,
    (a, b) => a % b,
    () => Number.NaN,
  )
}

export function negate(value: Value): Result {
  if (typeof value === 'bigint') return toInt(-value)
  if (typeof value === 'number') return -value
  return value instanceof Duration ? toDuration(-value.nanos) : noSuchOverload('-_')
}

// Both of one type: CEL converts no number by itself.
function calculate(left: Value, right: Value, integers: Integers, doubles: Doubles): Result {
  if (typeof left === 'bigint' && typeof right === 'bigint') return toInt(integers(left, right))
  if (typeof left === 'number' && typeof right === 'number') return doubles(left, right)
  if (left instanceof Uint && right instanceof Uint) return toUint(integers(left.value, right.value))
  return noSuchOverload()
}

const isInteger = (value: Value) => typeof value === 'bigint' || value instanceof Uint
const isZero = (value: Value) => value === 0n || (value instanceof Uint && value.value === 0n)

const shift = (time: Timestamp, nanos: bigint) => toTimestamp(time.nanos + nanos, time.offsetMinutes)

function concatenate(left: readonly Value[], right: readonly Value[]): Result {
  if (left.length + right.length > MAX_LIST) return new Failure(`a list of more than ${MAX_LIST} elements`)
  if (!(left instanceof GrowingList)) return [...left, ...right]
  for (const each of right) left.push(each)
  return left
}
