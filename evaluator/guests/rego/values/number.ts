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
  const match = matchDecimal(text)
  return match && { digits: BigInt(match.digits) * BigInt(match.sign), exponent: match.exponent }
}

function matchDecimal(text: string) {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  const [digits, exponent] = [whole + fraction, Number(power) - fraction.length]
  if (digits === '' || Math.abs(exponent) > MAX_EXPONENT) return undefined
  return { sign: sign === '-' ? -1 : 1, digits, exponent }
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
  const [a, b] = [takeApart(left), takeApart(right)]
  if (a === undefined || b === undefined) return left < right ? -1 : 1
  if (a.sign !== b.sign) return a.sign - b.sign
  return a.sign * (a.scale - b.scale || (a.digits < b.digits ? -1 : Number(a.digits > b.digits)))
}

/** Its first digit is no zero and stands for tens to the power of `scale`; its last one is none either. */
interface Scientific {
  readonly sign: number
  readonly digits: string
  readonly scale: number
}

// In proportion to the text's length, which whole numbers of so many digits are not.
function takeApart(text: string): Scientific | undefined {
  const match = matchDecimal(text)
  if (match === undefined) return undefined
  const { sign, digits, exponent } = match
  let [start, end] = [0, digits.length]
  while (digits[start] === '0') start += 1
  if (start === end) return { sign: 0, digits: '', scale: 0 }
  while (digits[end - 1] === '0') end -= 1
  return { sign, digits: digits.slice(start, end), scale: exponent + digits.length - 1 - start }
}
