import { toSet } from '../values/collections.ts'
import type { Builtins } from './builtin.ts'
import { NotDefined } from './builtin.ts'
import { booleanAt, membersAt, objectAt, textAt, valueAt } from './operands.ts'

/** Deprecated by OPA, and compiled all the same. */
export const CASTS: Builtins = {
  cast_array: (args) => membersAt(args, 0),
  cast_set: (args) => toSet(membersAt(args, 0)),
  cast_string: (args) => textAt(args, 0),
  cast_boolean: (args) => booleanAt(args, 0),
  cast_object: (args) => objectAt(args, 0),
  cast_null: (args) => {
    if (valueAt(args, 0) !== null) throw new NotDefined('must be null')
    return null
  },
}
