import { getMember } from '../values/collections.ts'
import { readInteger } from '../values/number.ts'
import { isArray, type RegoArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from '../values/value.ts'
import { NotDefined } from './builtin.ts'

/** The operand at a place, of any type. */
export function valueAt(args: RegoArray, index: number): RegoValue {
  const value = args[index]
  if (value === undefined) throw new NotDefined(`operand ${index + 1} is missing`)
  return value
}

export function textAt(args: RegoArray, index: number): string {
  const value = valueAt(args, index)
  return typeof value === 'string' ? value : refuse(index, 'a string')
}

export function numberAt(args: RegoArray, index: number): RegoNumber {
  const value = valueAt(args, index)
  return value instanceof RegoNumber ? value : refuse(index, 'a number')
}

export function integerAt(args: RegoArray, index: number): bigint {
  return readInteger(numberAt(args, index).text) ?? refuse(index, 'an integer')
}

const MAX_INT64 = 2n ** 63n - 1n

/** An integer that Go can hold, as a double: nobody counts further than 2^53. */
export function countAt(args: RegoArray, index: number): number {
  const integer = integerAt(args, index)
  return integer > MAX_INT64 || integer < -MAX_INT64 - 1n ? refuse(index, 'an integer of 64 bits') : Number(integer)
}

export function booleanAt(args: RegoArray, index: number): boolean {
  const value = valueAt(args, index)
  return typeof value === 'boolean' ? value : refuse(index, 'a boolean')
}

export function arrayAt(args: RegoArray, index: number): RegoArray {
  const value = valueAt(args, index)
  return isArray(value) ? value : refuse(index, 'an array')
}

export function objectAt(args: RegoArray, index: number): RegoObject {
  const value = valueAt(args, index)
  return value instanceof RegoObject ? value : refuse(index, 'an object')
}

/** The members of an array or a set. */
export function membersAt(args: RegoArray, index: number): RegoArray {
  const value = valueAt(args, index)
  if (value instanceof RegoSet) return value.members
  return isArray(value) ? value : refuse(index, 'an array or a set')
}

/** The members of an array or a set of strings. */
export function textsAt(args: RegoArray, index: number): readonly string[] {
  return membersAt(args, index).map((member) => (typeof member === 'string' ? member : refuse(index, 'strings')))
}

/** A member of an object by name. */
export function memberOf(object: RegoObject, name: string): RegoValue | undefined {
  return getMember(object, name)
}

function refuse(index: number, wanted: string): never {
  throw new NotDefined(`operand ${index + 1} must be ${wanted}`)
}
