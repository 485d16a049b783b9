import { quoteLikeGo, quoteLikeGoInAscii } from '../quote.ts'
import { type Directive, pad } from './directive.ts'

/** Verbs of strings; undefined for another verb. https://pkg.go.dev/fmt#hdr-Printing */
export function formatText(text: string, directive: Directive): string | undefined {
  switch (directive.verb) {
    case 'v':
      return directive.sharp
        ? pad(quote(cut(text, directive), directive), directive)
        : pad(cut(text, directive), directive)
    case 's':
      return pad(cut(text, directive), directive)
    case 'q':
      return pad(quote(cut(text, directive), directive), directive)
    case 'x':
      return pad(toHex(text, directive), directive)
    case 'X':
      return pad(toHex(text, directive).toUpperCase(), directive)
    default:
      return undefined
  }
}

function cut(text: string, { precision }: Directive): string {
  return precision === undefined ? text : [...text].slice(0, precision).join('')
}

function quote(text: string, { sharp, plus, verb }: Directive): string {
  if (sharp && verb === 'q' && canBackquote(text)) return `\`${text}\``
  return plus ? quoteLikeGoInAscii(text) : quoteLikeGo(text)
}

// https://pkg.go.dev/strconv#CanBackquote
function canBackquote(text: string): boolean {
  return !/[`\x7f\ufeff]|[^\t -\u{10ffff}]/u.test(text)
}

function toHex(text: string, { precision, sharp, space }: Directive): string {
  const bytes = Buffer.from(text).subarray(0, precision)
  const prefix = sharp ? '0x' : ''
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  if (!space) return digits.length === 0 ? '' : prefix + digits.join('')
  return digits.map((pair) => prefix + pair).join(' ')
}
