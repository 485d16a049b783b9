import { Uint, type Value } from '../run/values.ts'
import type { Type } from '../types/type.ts'
import * as types from '../types/type.ts'

/** The type of a literal's value. */
export function literalType(value: Value): Type {
  if (value === null) return types.NULL
  if (value instanceof Uint) return types.UINT
  if (value instanceof Uint8Array) return types.BYTES
  return PRIMITIVES[typeof value] ?? types.DYN
}

const PRIMITIVES: Partial<Record<string, Type>> = {
  boolean: types.BOOL,
  bigint: types.INT,
  number: types.DOUBLE,
  string: types.STRING,
}
