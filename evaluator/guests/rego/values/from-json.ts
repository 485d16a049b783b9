import {
  isNumber,
  isObject,
  type LosslessArray,
  type LosslessValue,
  parseLossless,
  sourceOf,
} from '../../../lossless-json.ts'
import { toObject } from './collections.ts'
import { RegoNumber, type RegoValue } from './value.ts'

/** JSON as a value of Rego; undefined if it is none. */
export function fromJson(bytes: Uint8Array): RegoValue | undefined {
  try {
    return convert(parseLossless(bytes))
  } catch {
    return undefined
  }
}

function convert(value: LosslessValue): RegoValue {
  if (isNumber(value)) return new RegoNumber(sourceOf(value))
  if (isObject(value)) return toObject(Object.entries(value).map(([name, member]) => [name, convert(member)]))
  return Array.isArray(value) ? (value as LosslessArray).map(convert) : (value as null | boolean | string)
}
