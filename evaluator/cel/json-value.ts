import { isNumber, isObject, type LosslessObject, type LosslessValue, sourceOf } from '../lossless-json.ts'
import { LazyMap } from './run/cel-map.ts'
import { fitsInt, type Value } from './run/values.ts'

/** JSON as the API server's CEL sees it: whole numbers are ints, all others doubles; objects are maps. */
export function toCelValue(json: LosslessValue): Value {
  if (isNumber(json)) return toNumber(sourceOf(json))
  if (Array.isArray(json)) return json.map(toCelValue)
  return isObject(json) ? new LazyMap(() => entriesOf(json)) : (json as null | boolean | string)
}

function* entriesOf(object: LosslessObject): Iterable<readonly [Value, Value]> {
  for (const [key, value] of Object.entries(object)) yield [key, toCelValue(value)]
}

// Written without a point or an exponent, and no larger than 64 bits: else Kubernetes decodes it into a float64.
function toNumber(source: string): Value {
  const integer = /^-?\d+$/.test(source) ? BigInt(source) : undefined
  return integer !== undefined && fitsInt(integer) ? integer : Number(source)
}
