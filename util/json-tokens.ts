// The tokens of RFC 8259, each walked over by a function that takes the position of its first byte and gives the
// position behind its last. https://www.rfc-editor.org/rfc/rfc8259

/** The bytes are not JSON; the message says at which byte, and what was expected there. */
export class JsonSyntaxError extends Error {
  static {
    JsonSyntaxError.prototype.name = 'JsonSyntaxError'
  }
}

/** Says what should have stood at a position. */
export function failAt(bytes: Uint8Array, position: number, expected: string): never {
  throw new JsonSyntaxError(
    position < bytes.length ? `byte ${position} should be ${expected}` : `ends where ${expected} should be`,
  )
}

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
export const LOWER_F = 0x66
export const LOWER_N = 0x6e
export const LOWER_T = 0x74
export const BACKSLASH = 0x5c
const FIRST_PRINTABLE = 0x20

export function skipSpace(bytes: Uint8Array, start: number): number {
  let position = start
  for (let byte = bytes[position]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; ) {
    position += 1
    byte = bytes[position]
  }
  return position
}

export function skipString(bytes: Uint8Array, start: number): number {
  let position = start + 1
  for (let byte = bytes[position]; byte !== QUOTE; byte = bytes[position]) {
    if (byte === undefined || byte < FIRST_PRINTABLE) failAt(bytes, position, 'the rest of a string')
    position = byte === BACKSLASH ? skipEscape(bytes, position) : position + 1
  }
  return position + 1
}

// " \ / b f n r t
const SIMPLE_ESCAPES: readonly (number | undefined)[] = [QUOTE, BACKSLASH, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]
const LOWER_U = 0x75

function skipEscape(bytes: Uint8Array, start: number): number {
  const letter = bytes[start + 1]
  if (SIMPLE_ESCAPES.includes(letter)) return start + 2
  if (letter !== LOWER_U) failAt(bytes, start, 'an escape that JSON has')
  for (let i = 2; i < 6; i++) {
    if (!isHexDigit(bytes[start + i])) failAt(bytes, start, 'four hexadecimal digits after \\u')
  }
  return start + 6
}

const MINUS = 0x2d
const PLUS = 0x2b
const DOT = 0x2e
const ZERO = 0x30
const UPPER_E = 0x45
const LOWER_E = 0x65

export function skipNumber(bytes: Uint8Array, start: number): number {
  let position = bytes[start] === MINUS ? start + 1 : start
  if (bytes[position] === ZERO) position += 1
  else position = skipDigits(bytes, position, position === start ? 'a value' : 'a digit')
  if (bytes[position] === DOT) position = skipDigits(bytes, position + 1)
  if (bytes[position] === LOWER_E || bytes[position] === UPPER_E) {
    const sign = bytes[position + 1]
    position = skipDigits(bytes, position + (sign === PLUS || sign === MINUS ? 2 : 1))
  }
  return position
}

function skipDigits(bytes: Uint8Array, start: number, expected = 'a digit'): number {
  let position = start
  while (isDigit(bytes[position])) position += 1
  if (position === start) failAt(bytes, position, expected)
  return position
}

/** `true`, `false` or `null`. */
export function skipWord(bytes: Uint8Array, start: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (bytes[start + i] !== word.charCodeAt(i)) failAt(bytes, start, 'a value')
  }
  return start + word.length
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false
  // 0x20 is what lower case letters have and upper case ones have not
  const lower = byte | 0x20
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66)
}
