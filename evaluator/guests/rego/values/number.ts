/** A decimal number as digits and the power of ten of the last one. */
export interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
// A number of few characters may mean one of very many digits.
const MAX_EXPONENT = 1_000_000

/** Reads a decimal number; undefined if it is none, or one that nobody could compute with. */
export function readDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  const exponent = Number(power) - fraction.length
  if (whole + fraction === '' || Math.abs(exponent) > MAX_EXPONENT) return undefined
  const digits = BigInt(whole + fraction)
  return { digits: sign === '-' ? -digits : digits, exponent }
}

/** The whole number that a text means (`10`, `1e2`, `3.0`); undefined if it has a fraction. */
export function readInteger(text: string): bigint | undefined {
  if (/^-?\d{1,15}$/.test(text)) return BigInt(text)
  const decimal = readDecimal(text)
  if (decimal === undefined) return undefined
  const { digits, exponent } = decimal
  if (exponent >= 0) return digits * 10n ** BigInt(exponent)
  const divisor = 10n ** BigInt(-exponent)
  return digits % divisor === 0n ? digits / divisor : undefined
}

export function compareNumbers(left: string, right: string): number {
  if (left === right) return 0
  const [a, b] = [Number(left), Number(right)]
  // doubles decide unless they may have lost what differs
  if (a !== b || (Number.isSafeInteger(a) && isShort(left) && isShort(right))) return a < b ? -1 : Number(a > b)
  return compareExactly(left, right)
}

const isShort = (text: string) => text.length <= 15

function compareExactly(left: string, right: string): number {
  const [a, b] = [readDecimal(left), readDecimal(right)]
  if (a === undefined || b === undefined) return left < right ? -1 : 1
  const exponent = Math.min(a.exponent, b.exponent)
  const scale = (decimal: Decimal) => decimal.digits * 10n ** BigInt(decimal.exponent - exponent)
  const [x, y] = [scale(a), scale(b)]
  return x < y ? -1 : Number(x > y)
}
