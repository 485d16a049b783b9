/**
 * A value of CEL: `int` is a bigint, `double` a number, `string`, `bool` and `null` are JavaScript's own, a list is an
 * array, `bytes` a Uint8Array. Everything else is a class of its own, so that no two types of CEL look the same.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#values
 */
export type Value = null | boolean | bigint | number | string | Uint8Array | readonly Value[] | CelObject

/** What evaluation gives. Failures are values, because `&&`, `||` and the macros on them let some go unheard. */
export type Result = Value | Failure

/** Why an expression has no value, such as `no such key: labels`. */
export class Failure {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

export const noSuchOverload = (name?: string) =>
  new Failure(name === undefined ? 'no such overload' : `no such overload: ${name}`)

/** Values that are not JavaScript's own: maps, and all that follows here. */
export abstract class CelObject {
  /** The type's name as `type()` knows it. */
  abstract readonly typeName: string
  /** What the cost of calls is counted by. */
  get size(): number {
    return 1
  }
}

/** A value that shows nothing of itself but by functions, and knows what it is equal to. */
export abstract class Opaque extends CelObject {
  /** Whether both are equal; a failure where CEL cannot say. */
  abstract equals(other: Value): boolean | Failure
}

/** An unsigned 64-bit integer. */
export class Uint extends Opaque {
  readonly typeName = 'uint'
  readonly value: bigint

  constructor(value: bigint) {
    super()
    this.value = value
  }

  // compared with numbers of every type in equality.ts
  override equals(other: Value): boolean {
    return other instanceof Uint && other.value === this.value
  }
}

/** A type as a value: what `type(x)` gives, and what `int` or `google.protobuf.Duration` name. */
export class TypeValue extends Opaque {
  readonly typeName = 'type'
  readonly name: string

  constructor(name: string) {
    super()
    this.name = name
  }

  override equals(other: Value): boolean {
    return other instanceof TypeValue && other.name === this.name
  }
}

const MIN_INT = -(2n ** 63n)
const MAX_INT = 2n ** 63n - 1n
const MAX_UINT = 2n ** 64n - 1n

export const fitsInt = (value: bigint) => value >= MIN_INT && value <= MAX_INT
export const fitsUint = (value: bigint) => value >= 0n && value <= MAX_UINT

/** An int, or the failure that Go's CEL reports for one that is too large. */
export const toInt = (value: bigint): bigint | Failure => (fitsInt(value) ? value : new Failure('integer overflow'))

/** A uint, or the failure for one that is too large or negative. */
export const toUint = (value: bigint): Uint | Failure =>
  fitsUint(value) ? new Uint(value) : new Failure('unsigned integer overflow')
