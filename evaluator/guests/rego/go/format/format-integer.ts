import { quoteLikeGo, quoteLikeGoInAscii } from '../quote.ts'
import { type Directive, pad } from './directive.ts'

const BASES: ReadonlyMap<string, { readonly base: number; readonly prefix: string }> = new Map([
  ['v', { base: 10, prefix: '' }],
  ['d', { base: 10, prefix: '' }],
  ['b', { base: 2, prefix: '0b' }],
  ['o', { base: 8, prefix: '0' }],
  ['O', { base: 8, prefix: '0o' }],
  ['x', { base: 16, prefix: '0x' }],
  ['X', { base: 16, prefix: '0X' }],
])

/** Verbs of integers; undefined for another verb. https://pkg.go.dev/fmt#hdr-Printing */
export function formatInteger(integer: bigint, directive: Directive): string | undefined {
  const notation = BASES.get(directive.verb)
  if (notation !== undefined) return formatInBase(integer, directive, notation)
  switch (directive.verb) {
    case 'c':
      return pad(toCharacter(integer), directive)
    case 'q':
      return pad(quoteCharacter(toCharacter(integer), directive), directive)
    case 'U':
      return pad(toUnicode(integer, directive), { ...directive, zero: false })
    default:
      return undefined
  }
}

function formatInBase(
  integer: bigint,
  directive: Directive,
  { base, prefix }: { readonly base: number; readonly prefix: string },
): string {
  const { precision, width, zero, minus, verb, sharp } = directive
  const sign = signOf(integer < 0n, directive)
  // zeros fill up to the width as a precision would
  const filled = zero && !minus && width !== undefined && precision === undefined
  const wanted = precision ?? (filled ? width - sign.length : 0)
  if (precision === 0 && integer === 0n) return pad('', { ...directive, zero: false })
  const magnitude = (integer < 0n ? -integer : integer).toString(base).padStart(wanted, '0')
  const digits = verb === 'X' ? magnitude.toUpperCase() : magnitude
  return pad(sign + prefixFor(digits, sharp || verb === 'O' ? prefix : '') + digits, { ...directive, zero: false })
}

// An octal number needs no second zero.
const prefixFor = (digits: string, prefix: string) => (prefix === '0' && digits.startsWith('0') ? '' : prefix)

/** The sign of a number as flags ask for it. */
export function signOf(isNegative: boolean, { plus, space }: Directive): string {
  if (isNegative) return '-'
  if (plus) return '+'
  return space ? ' ' : ''
}

function toCharacter(integer: bigint): string {
  const isCharacter = integer >= 0n && integer <= 0x10ffffn && !(integer >= 0xd800n && integer <= 0xdfffn)
  return String.fromCodePoint(isCharacter ? Number(integer) : 0xfffd)
}

function quoteCharacter(character: string, { plus }: Directive): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  const quoted = plus ? quoteLikeGoInAscii(character) : quoteLikeGo(character)
  return `'${quoted.slice(1, -1)}'`
}

function toUnicode(integer: bigint, { precision, sharp }: Directive): string {
  const digits = BigInt.asUintN(64, integer).toString(16).toUpperCase()
  const text = `U+${digits.padStart(Math.max(precision ?? 4, 4), '0')}`
  return sharp && isPrinted(integer) ? `${text} '${toCharacter(integer)}'` : text
}

// What Go would not escape.
function isPrinted(integer: bigint): boolean {
  return integer >= 0n && integer <= 0x10ffffn && /[ \p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(toCharacter(integer))
}
