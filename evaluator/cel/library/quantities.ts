import { Failure, fitsInt, Opaque, type Result, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'
import { parseQuantity } from './quantity-text.ts'

/** An amount, `unscaled * 10^scale`. `isSmall` if Go keeps it in 64 bits: only such can be turned into an int. */
export class Quantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity'
  readonly unscaled: bigint
  readonly scale: number
  readonly isSmall: boolean

  constructor(unscaled: bigint, scale: number, isSmall: boolean) {
    super()
    this.unscaled = unscaled
    this.scale = scale
    this.isSmall = isSmall
  }

  override equals(other: Value): boolean | Failure {
    return other instanceof Quantity ? compare(this, other) === 0 : new Failure('no such overload')
  }
}

/** Kubernetes' quantity library. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
export const quantities: Library = {
  functions: {
    'quantity(string): Quantity': read,
    'isQuantity(string): bool': (text: string) => !(read(text) instanceof Failure),
    'sign(Quantity): int': ({ unscaled }: Quantity) => BigInt(signOf(unscaled)),
    '<Quantity>.isGreaterThan(Quantity): bool': (left: Quantity, right: Quantity) => compare(left, right) > 0,
    '<Quantity>.isLessThan(Quantity): bool': (left: Quantity, right: Quantity) => compare(left, right) < 0,
    '<Quantity>.compareTo(Quantity): int': (left: Quantity, right: Quantity) => BigInt(compare(left, right)),
    '<Quantity>.asApproximateFloat(): double': ({ unscaled, scale }: Quantity) => Number(unscaled) * 10 ** scale,
    '<Quantity>.asInteger(): int': (quantity: Quantity) =>
      toInteger(quantity) ?? new Failure('cannot convert value to integer'),
    '<Quantity>.isInteger(): bool': (quantity: Quantity) => toInteger(quantity) !== undefined,
    '<Quantity>.add(Quantity): Quantity': add,
    '<Quantity>.add(int): Quantity': (left: Quantity, right: bigint) => add(left, ofInt(right)),
    '<Quantity>.sub(Quantity): Quantity': (left: Quantity, right: Quantity) => add(left, negate(right)),
    '<Quantity>.sub(int): Quantity': (left: Quantity, right: bigint) => add(left, negate(ofInt(right))),
  },
}

function read(text: string): Quantity | Failure {
  const parsed = parseQuantity(text)
  return parsed instanceof Failure ? parsed : new Quantity(parsed.unscaled, parsed.scale, parsed.isSmall)
}

const ofInt = (value: bigint) => new Quantity(value, 0, true)
const negate = ({ unscaled, scale, isSmall }: Quantity) => new Quantity(-unscaled, scale, isSmall)

function compare(left: Quantity, right: Quantity): number {
  const scale = Math.min(left.scale, right.scale)
  return signOf(rescale(left, scale) - rescale(right, scale))
}

function add(left: Quantity, right: Quantity): Result {
  const scale = sumScale(left, right)
  const sum = rescale(left, scale) + rescale(right, scale)
  const isSmall = left.isSmall && right.isSmall && [left, right].every((each) => fitsInt(rescale(each, scale)))
  return new Quantity(sum, scale, isSmall && fitsInt(sum))
}

// Go leaves a sum with nothing as it was.
function sumScale(left: Quantity, right: Quantity): number {
  if (right.unscaled === 0n) return left.scale
  return left.unscaled === 0n ? right.scale : Math.min(left.scale, right.scale)
}

function toInteger({ unscaled, scale, isSmall }: Quantity): bigint | undefined {
  if (!isSmall || scale < 0) return undefined
  const value = unscaled * 10n ** BigInt(scale)
  return fitsInt(value) ? value : undefined
}

function rescale({ unscaled, scale }: Quantity, to: number): bigint {
  return unscaled === 0n ? 0n : unscaled * 10n ** BigInt(scale - to)
}

const signOf = (value: bigint) => (value < 0n ? -1 : value > 0n ? 1 : 0)
