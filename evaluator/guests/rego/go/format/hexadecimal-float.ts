import { divideHalfToEven } from './exact-decimal.ts'

const FRACTION_BITS = 52n
const FRACTION_DIGITS = 13

/** A float that is not negative as mantissa and power of two. */
function takeApart(float: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, float)
  const bits = view.getBigUint64(0)
  const [biased, fraction] = [Number(bits >> FRACTION_BITS), bits & ((1n << FRACTION_BITS) - 1n)]
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << FRACTION_BITS), exponent: biased - 1075 }
}

/** `4503599627370496p-52` for 1. https://pkg.go.dev/strconv#FormatFloat */
export function toBinaryExponent(float: number): string {
  const { mantissa, exponent } = takeApart(float)
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

/** `0x1.8p+00` for 1.5, with so many digits behind the point. */
export function toHexadecimal(float: number, digits: number | undefined): string {
  let { mantissa, exponent } = takeApart(float)
  if (mantissa === 0n) return `0x0${digits ? `.${'0'.repeat(digits)}` : ''}p+00`
  while (mantissa < 1n << FRACTION_BITS) {
    mantissa <<= 1n
    exponent -= 1
  }
  exponent += Number(FRACTION_BITS)
  const kept = Math.min(digits ?? FRACTION_DIGITS, FRACTION_DIGITS)
  const rounded = divideHalfToEven(mantissa, 1n << BigInt((FRACTION_DIGITS - kept) * 4))
  const isCarried = rounded >= 2n << BigInt(kept * 4)
  const fraction = (rounded & ((1n << BigInt(kept * 4)) - 1n)).toString(16).padStart(kept, '0').slice(0, kept)
  const shown = digits === undefined ? fraction.replace(/0+$/, '') : fraction.padEnd(digits, '0')
  const power = exponent + (isCarried ? 1 : 0)
  return `0x1${shown === '' ? '' : `.${shown}`}p${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
