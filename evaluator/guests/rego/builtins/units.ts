import { divideHalfToEven, placePoint, toFraction } from '../go/format/exact-decimal.ts'
import { readDecimal } from '../values/number.ts'
import { RegoNumber } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { textAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/units */
export const UNITS: Builtins = {
  'units.parse': (args) => parseUnits(textAt(args, 0)),
  'units.parse_bytes': (args) => parseBytes(textAt(args, 0)),
}

const STEPS = ['k', 'm', 'g', 't', 'p', 'e']

// `1.5Ki`, `100m`: case tells milli from mega.
function parseUnits(text: string): RegoNumber {
  const { numerator, denominator, unit } = takeApart(text)
  const folded = unit.slice(0, 1) + unit.slice(1).toLowerCase()
  const [up, down] = folded === 'm' ? toFraction(0.001) : [scaleOf(folded.toLowerCase(), 'i'), 1n]
  const [n, d] = [numerator * up, denominator * down]
  if (n % d === 0n) return RegoNumber.of(n / d)
  return new RegoNumber(placePoint(roundHalfAway(n * 10n ** 10n, d), 10))
}

// `10MB`, `10MiB`, `10m`: whole bytes, computed as Go does, in floats of 64 bits.
function parseBytes(text: string): RegoNumber {
  const { numerator, denominator, unit } = takeApart(text.toLowerCase())
  const scale = scaleOf(unit.replace(/b$/, ''), 'i')
  if (unit === 'b') throw new NotDefined('an unknown unit')
  const [n, d] = roundToMantissa(numerator, denominator)
  const [productN, productD] = roundToMantissa(n * scale, d)
  return RegoNumber.of(productN / productD)
}

function scaleOf(unit: string, binarySuffix: string): bigint {
  if (unit === '') return 1n
  const isBinary = unit.length === 2 && unit.endsWith(binarySuffix)
  const step = STEPS.indexOf(isBinary ? unit.slice(0, 1) : unit) + 1
  if (step === 0) throw new NotDefined('an unknown unit')
  return (isBinary ? 1024n : 1000n) ** BigInt(step)
}

interface Amount {
  readonly numerator: bigint
  readonly denominator: bigint
  readonly unit: string
}

// An `e` belongs to the number if digits or a sign follow it.
const PARTS = /^((?:[-+0-9.]|[eE](?=[-+0-9]))*)(.*)$/s

function takeApart(text: string): Amount {
  const plain = text.replaceAll('"', '')
  const [, number = '', unit = ''] = PARTS.exec(plain) ?? []
  if (plain.includes(' ') || /[eE][-+]?[0-9]{7}/.test(number)) throw new NotDefined('not an amount')
  const decimal = readDecimal(number)
  if (decimal === undefined) throw new NotDefined('not an amount')
  const power = 10n ** BigInt(Math.abs(decimal.exponent))
  return decimal.exponent < 0
    ? { numerator: decimal.digits, denominator: power, unit }
    : { numerator: decimal.digits * power, denominator: 1n, unit }
}

function roundHalfAway(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator
  const rounded = (magnitude * 2n + denominator) / (denominator * 2n)
  return numerator < 0n ? -rounded : rounded
}

/** The nearest fraction whose numerator has 64 bits and whose other factor is a power of two. */
function roundToMantissa(numerator: bigint, denominator: bigint): readonly [bigint, bigint] {
  if (numerator === 0n) return [0n, 1n]
  const magnitude = numerator < 0n ? -numerator : numerator
  const shift = 64 - (bitLength(magnitude) - bitLength(denominator))
  const [scaled, divisor] =
    shift >= 0 ? [magnitude << BigInt(shift), denominator] : [magnitude, denominator << BigInt(-shift)]
  // one bit too many, perhaps
  const extra = scaled / divisor >= 1n << 64n ? 1n : 0n
  const rounded = divideHalfToEven(scaled, divisor << extra) << extra
  const signed = numerator < 0n ? -rounded : rounded
  return shift >= 0 ? [signed, 1n << BigInt(shift)] : [signed << BigInt(-shift), 1n]
}

const bitLength = (value: bigint) =>
  value.toString(16).length * 4 - Math.clz32(Number.parseInt(value.toString(16).slice(0, 1), 16)) + 28
