const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/
const HEX = /^([-+]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([-+]?\d+)$/
const WORDS = /^([-+]?)(inf|infinity|nan)$/i

/** Reads a double as Go's `strconv.ParseFloat` does; undefined if it would not. */
export function parseDouble(text: string): number | undefined {
  const [, sign, word] = WORDS.exec(text) ?? []
  if (word !== undefined) return parseWord(sign ?? '', word.toLowerCase())
  const value = DECIMAL.test(text) ? Number(text) : parseHex(text)
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

function parseWord(sign: string, word: string): number | undefined {
  if (word === 'nan') return sign === '' ? Number.NaN : undefined
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

function parseHex(text: string): number | undefined {
  const [, sign, whole = '', fraction = '', exponent] = HEX.exec(text) ?? []
  if (exponent === undefined || whole + fraction === '') return undefined
  const value = Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -value : value
}

/** Writes a double as Go's `%g` does: the fewest digits that tell it, with an exponent for the very large and small. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const { sign, digits, exponent } = decompose(value)
  if (exponent < -4 || exponent >= 6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    const size = String(Math.abs(exponent)).padStart(2, '0')
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size}`
  }
  return sign + pointAt(digits, exponent)
}

/** Nanoseconds as seconds, without an exponent, as Go writes a duration's. */
export function formatSeconds(nanos: bigint): string {
  const seconds = Number(nanos / 1_000_000_000n) + Number(nanos % 1_000_000_000n) / 1e9
  const { sign, digits, exponent } = decompose(seconds)
  return sign + pointAt(digits, exponent)
}

function decompose(value: number): { sign: string; digits: string; exponent: number } {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e')
  const isNegative = value < 0 || Object.is(value, -0)
  return { sign: isNegative ? '-' : '', digits: mantissa.replace('.', ''), exponent: Number(exponent) }
}

function pointAt(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const padded = digits.padEnd(exponent + 1, '0')
  const fraction = padded.slice(exponent + 1)
  return padded.slice(0, exponent + 1) + (fraction === '' ? '' : `.${fraction}`)
}

/** A number with so many digits behind the point; what stands in the middle goes to the even digit, as in Go. */
export function toFixed(value: number, precision: number): string {
  // JavaScript writes whole numbers of this size with an exponent, and they need no rounding
  const [whole = '', fraction = ''] = (Math.abs(value) < 1e21 ? value.toFixed(100) : `${BigInt(value)}`).split('.')
  const sign = whole.startsWith('-') ? '-' : ''
  const unit = 10n ** BigInt(100 - precision)
  const digits = BigInt(whole.slice(sign.length) + fraction.padEnd(100, '0'))
  const [floor, rest] = [digits / unit, (digits % unit) * 2n]
  const isUp = rest > unit || (rest === unit && floor % 2n === 1n)
  const rounded = String(isUp ? floor + 1n : floor).padStart(precision + 1, '0')
  const split = rounded.length - precision
  return sign + rounded.slice(0, split) + (precision === 0 ? '' : `.${rounded.slice(split)}`)
}
