import { paramOf, type Type } from '../types/type.ts'
import { CelMap } from './cel-map.ts'
import { typeNameOf } from './type-of.ts'
import type { Value } from './values.ts'

/** Whether a function that takes a type may be called with a value. Of lists and maps the first element speaks for all. */
export function matchesType(type: Type, value: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true
    case 'list':
      return Array.isArray(value) && (value.length === 0 || matchesType(paramOf(type, 0), value[0] as Value))
    case 'map':
      return (
        value instanceof CelMap &&
        value
          .pairs()
          .slice(0, 1)
          .every((pair) => pair.every((each, i) => matchesType(paramOf(type, i), each)))
      )
    default:
      return typeNameOf(value) === type.name
  }
}
