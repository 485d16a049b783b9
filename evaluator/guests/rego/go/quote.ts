const NAMED: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
])
// What Go prints as it is: letters, marks, numbers, punctuation, symbols, and the space.
const SPECIAL = /["\\]|[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu
const SPECIAL_OR_NOT_ASCII = /["\\]|[^ -~]/gu

/** A text in quotes, as Go writes it. https://pkg.go.dev/strconv#Quote */
export function quoteLikeGo(text: string): string {
  return `"${text.replace(SPECIAL, escapeCharacter)}"`
}

/** As `quoteLikeGo`, in ASCII. https://pkg.go.dev/strconv#QuoteToASCII */
export function quoteLikeGoInAscii(text: string): string {
  return `"${text.replace(SPECIAL_OR_NOT_ASCII, escapeCharacter)}"`
}

function escapeCharacter(character: string): string {
  const named = NAMED.get(character)
  if (named !== undefined) return named
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
}

const hex = (code: number, width: number) => code.toString(16).padStart(width, '0')
