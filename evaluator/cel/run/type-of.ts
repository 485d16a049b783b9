import { CelObject, type Value } from './values.ts'

/** The name of a value's type, as `type()` gives it. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type'
  if (value instanceof CelObject) return value.typeName
  if (value instanceof Uint8Array) return 'bytes'
  return PRIMITIVES[typeof value] ?? 'list'
}

const PRIMITIVES: Partial<Record<string, string>> = {
  boolean: 'bool',
  bigint: 'int',
  number: 'double',
  string: 'string',
}
