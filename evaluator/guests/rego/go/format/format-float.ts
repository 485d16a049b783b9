import { limitCharacters } from '../../builtins/limits.ts'
import { type Directive, pad } from './directive.ts'
import { type Digits, roundToDigits, shortestDigits, toFixed } from './exact-decimal.ts'
import { signOf } from './format-integer.ts'
import { toBinaryExponent, toHexadecimal } from './hexadecimal-float.ts'

/** Verbs of floats; undefined for another verb. https://pkg.go.dev/fmt#hdr-Printing */
export function formatFloat(float: number, directive: Directive): string | undefined {
  const plain = formatMagnitude(Math.abs(float), directive)
  if (plain === undefined) return undefined
  const { sharp, verb, precision } = directive
  const magnitude = sharp && verb !== 'b' && verb !== 'v' ? withPoint(plain, verb, precision ?? 6) : plain
  const sign = signOf(float < 0 || Object.is(float, -0), directive)
  return pad(sign + magnitude, directive, { isNumber: true })
}

function formatMagnitude(float: number, { verb, precision }: Directive): string | undefined {
  limitCharacters(precision ?? 0)
  switch (verb) {
    case 'v':
    case 'g':
      return toGeneral(float, precision)
    case 'G':
      return toGeneral(float, precision).toUpperCase()
    case 'b':
      return toBinaryExponent(float)
    case 'x':
      return toHexadecimal(float, precision)
    case 'X':
      return toHexadecimal(float, precision).toUpperCase()
    case 'e':
      return toExponential(float, precision ?? 6)
    case 'E':
      return toExponential(float, precision ?? 6).toUpperCase()
    case 'f':
    case 'F':
      return toFixed(float, precision ?? 6)
    default:
      return undefined
  }
}

// The sharp flag wants a point, and the zeros that other verbs than these leave out.
function withPoint(text: string, verb: string, precision: number): string {
  const [, number = '', tail = ''] = (/[xX]/.test(verb) ? /^([^pP]*)(.*)$/ : /^([^eE]*)(.*)$/).exec(text) ?? []
  const significant = number.replace('.', '').replace(/^0+/, '').length
  const wanted = 'gGx'.includes(verb) ? precision : 0
  const missing = wanted - significant - (number === '0' ? 1 : 0)
  return `${number}${number.includes('.') ? '' : '.'}${'0'.repeat(Math.max(missing, 0))}${tail}`
}

/** As few digits as lead back to the float or as were asked for; with an exponent if that is large or small. */
function toGeneral(float: number, precision: number | undefined): string {
  const wanted = precision === undefined ? undefined : precision || 1
  const rounded = wanted === undefined ? shortestDigits(float) : roundToDigits(float, wanted)
  const { digits, exponent } = rounded
  if (exponent < -4 || exponent >= exponentsFrom(rounded, wanted)) return writeExponential(rounded, digits.length - 1)
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = digits.slice(exponent + 1)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

// https://pkg.go.dev/strconv#FormatFloat
function exponentsFrom({ digits, exponent }: Digits, wanted: number | undefined): number {
  if (wanted === undefined) return 6
  return wanted > digits.length && digits.length > exponent ? digits.length : wanted
}

function toExponential(float: number, places: number): string {
  return writeExponential(roundToDigits(float, places + 1), places)
}

// At least two digits of exponent, and always its sign.
function writeExponential({ digits, exponent }: Digits, places: number): string {
  const fraction = places === 0 ? '' : `.${digits.slice(1).padEnd(places, '0')}`
  return `${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
