import { compareNumbers } from './equality.ts'
import { Duration, Timestamp } from './times.ts'
import { Failure, noSuchOverload, type Value } from './values.ts'

const SURROGATES = /[\ud800-\udfff]/

/** Negative, zero or positive, as `left` stands before, with or behind `right`; a failure where CEL knows no order. */
export function compareValues(left: Value, right: Value): number | Failure {
  const order = compareNumbers(left, right)
  if (order !== undefined) return Number.isNaN(order) ? new Failure('NaN values cannot be ordered') : order
  return comparePlain(left, right) ?? compareTimes(left, right) ?? noSuchOverload()
}

function comparePlain(left: Value, right: Value): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  return left instanceof Uint8Array && right instanceof Uint8Array ? Buffer.compare(left, right) : undefined
}

function compareTimes(left: Value, right: Value): number | undefined {
  const areTimes = left instanceof Timestamp && right instanceof Timestamp
  const areSpans = left instanceof Duration && right instanceof Duration
  return areTimes || areSpans ? signOf(left.nanos - right.nanos) : undefined
}

/** By code points, as Go compares UTF-8. JavaScript compares UTF-16, which differs above U+FFFF. */
export function compareStrings(left: string, right: string): number {
  if (SURROGATES.test(left) || SURROGATES.test(right)) return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return left < right ? -1 : left > right ? 1 : 0
}

const signOf = (value: bigint) => (value < 0n ? -1 : value > 0n ? 1 : 0)
