import { valuesEqual } from './equality.ts'
import { type Failure, Opaque, type Value } from './values.ts'

/** `optional.of(x)` and `optional.none()`. */
export class Optional extends Opaque {
  readonly typeName = 'optional_type'
  readonly value: Value | undefined

  constructor(value?: Value) {
    super()
    this.value = value
  }

  override equals(other: Value): boolean | Failure {
    if (!(other instanceof Optional)) return false
    if (this.value === undefined || other.value === undefined) return this.value === other.value
    return valuesEqual(this.value, other.value)
  }
}

export const NONE = new Optional()
