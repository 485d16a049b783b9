/** Digits, of which the first stands at a power of ten: 1.5 is `15` at 0. No zeros at the end. */
export interface Digits {
  readonly digits: string
  readonly exponent: number
}

/** A float that is not negative as the fraction that it is exactly. */
export function toFraction(float: number): readonly [numerator: bigint, denominator: bigint] {
  let [value, shift] = [float, 0n]
  while (!Number.isInteger(value)) {
    value *= 2
    shift += 1n
  }
  return [BigInt(value), 1n << shift]
}

/** The fewest digits that lead back to the float. */
export function shortestDigits(float: number): Digits {
  const [mantissa = '', exponent = '0'] = float.toExponential().split('e')
  return trim(mantissa.replace('.', ''), Number(exponent))
}

/** A float in so many digits; of an exact half, the even one. */
export function roundToDigits(float: number, count: number): Digits {
  const { digits, exponent } = exactDigits(float)
  if (digits.length <= count) return { digits, exponent }
  const rounded = divideHalfToEven(BigInt(digits), 10n ** BigInt(digits.length - count)).toString()
  return trim(rounded, exponent + rounded.length - count)
}

/** A float with so many digits behind the point. */
export function toFixed(float: number, places: number): string {
  const [numerator, denominator] = toFraction(float)
  return placePoint(divideHalfToEven(numerator * 10n ** BigInt(places), denominator), places)
}

/** A number of so many digits behind the point, written with it. */
export function placePoint(scaled: bigint, places: number): string {
  const sign = scaled < 0n ? '-' : ''
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0')
  const point = digits.length - places
  return sign + (places === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`)
}

function exactDigits(float: number): Digits {
  const [numerator, denominator] = toFraction(float)
  const shift = denominator.toString(2).length - 1
  const digits = (numerator * 5n ** BigInt(shift)).toString()
  return trim(digits, digits.length - 1 - shift)
}

function trim(digits: string, exponent: number): Digits {
  return { digits: digits.replace(/0+$/, '') || '0', exponent: /^0*$/.test(digits) ? 0 : exponent }
}

/** Of an exact half, the even one. */
export function divideHalfToEven(numerator: bigint, denominator: bigint): bigint {
  const [quotient, rest] = [numerator / denominator, numerator % denominator]
  const order = rest * 2n - denominator
  return order > 0n || (order === 0n && quotient % 2n === 1n) ? quotient + 1n : quotient
}
