import { compareNumbers } from './number.ts'
import { type RegoArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from './value.ts'

/** OPA's order of values: of their types first. https://www.openpolicyagent.org/docs/policy-reference#sorting */
export function compareValues(left: RegoValue, right: RegoValue): number {
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right)
  const byType = rankOf(left) - rankOf(right)
  return byType === 0 ? compareOfType(left, right) : byType
}

export function isEqual(left: RegoValue, right: RegoValue): boolean {
  return compareValues(left, right) === 0
}

/** By the bytes of UTF-8, which is the order of code points and not that of JavaScript's units. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  let at = 0
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) at += 1
  if (at === length) return left.length - right.length
  return weigh(left.charCodeAt(at)) - weigh(right.charCodeAt(at))
}

// Surrogates stand for what lies above all other characters.
function weigh(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function rankOf(value: RegoValue): number {
  if (value === null) return 0
  if (typeof value === 'boolean') return 1
  if (value instanceof RegoNumber) return 2
  if (typeof value === 'string') return 3
  if (value instanceof RegoObject) return 5
  return value instanceof RegoSet ? 6 : 4
}

function compareOfType(left: RegoValue, right: RegoValue): number {
  if (left === null || typeof left === 'string') return 0
  if (typeof left === 'boolean') return Number(left) - Number(right)
  if (left instanceof RegoNumber) return compareNumbers(left.text, (right as RegoNumber).text)
  if (left instanceof RegoObject) return compareObjects(left, right as RegoObject)
  if (left instanceof RegoSet) return compareArrays(left.members, (right as RegoSet).members)
  return compareArrays(left, right as RegoArray)
}

function compareArrays(left: RegoArray, right: RegoArray): number {
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const order = compareValues(left[i] ?? null, right[i] ?? null)
    if (order !== 0) return order
  }
  return left.length - right.length
}

// By all keys first, then by what they lead to.
function compareObjects({ entries: left }: RegoObject, { entries: right }: RegoObject): number {
  const shared = Math.min(left.length, right.length)
  for (const side of [0, 1] as const) {
    for (let i = 0; i < shared; i++) {
      const order = compareValues(left[i]?.[side] ?? null, right[i]?.[side] ?? null)
      if (order !== 0) return order
    }
    if (left.length !== right.length) return left.length - right.length
  }
  return 0
}
