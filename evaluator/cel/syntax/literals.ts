import { fitsInt, fitsUint, Uint, type Value } from '../run/values.ts'
import { CelSyntaxError } from './syntax-problem.ts'

const SIMPLE_ESCAPES: Partial<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
}

const ESCAPE = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/gy
const QUOTED = /^([bB]?)([rR]?)("""|'''|"|')([\s\S]*)\3$/

/** The value of a string or bytes literal. https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values */
export function readText(source: string, position: number): Value {
  const [, bytes, raw, , written = ''] = QUOTED.exec(source) ?? []
  // as Go's CEL reads it
  const body = written.replaceAll(/\r\n?/g, '\n')
  if (bytes) return raw ? Buffer.from(body) : Buffer.concat(readPieces(body, position, readByteEscape).map(toBytes))
  return raw ? body : readPieces(body, position, readCharacterEscape).join('')
}

const toBytes = (piece: string | number) => (typeof piece === 'string' ? Buffer.from(piece) : Buffer.of(piece))

/** The value of a number literal; the sign belongs to it, for `-9223372036854775808` has no positive. */
export function readNumber(source: string, position: number): Value {
  const isHex = /^-?0x/.test(source)
  if (!isHex && /[.eE]/.test(source)) return readDouble(source, position)
  const isUnsigned = /[uU]$/.test(source)
  const digits = source.replace(/^-/, '').replace(/[uU]$/, '')
  const value = source.startsWith('-') ? -BigInt(digits) : BigInt(digits)
  if (isUnsigned ? fitsUint(value) : fitsInt(value)) return isUnsigned ? new Uint(value) : value
  throw new CelSyntaxError(`${source} is no ${isUnsigned ? 'uint' : 'int'}: it does not fit into 64 bits`, position)
}

function readDouble(source: string, position: number): number {
  const value = Number(source)
  if (Number.isFinite(value)) return value
  throw new CelSyntaxError(`${source} is too large for a double`, position)
}

type Escape = RegExpExecArray

function readPieces<T>(body: string, position: number, readEscape: (found: Escape) => T | undefined): (string | T)[] {
  const pieces: (string | T)[] = []
  let start = 0
  for (let next = body.indexOf('\\'); next !== -1; next = body.indexOf('\\', start)) {
    pieces.push(body.slice(start, next))
    ESCAPE.lastIndex = next
    const found = ESCAPE.exec(body)
    const piece = found === null ? undefined : readEscape(found)
    if (found === null || piece === undefined)
      throw new CelSyntaxError(`${body.slice(next, next + 2)} is no escape sequence`, position)
    pieces.push(piece)
    start = next + found[0].length
  }
  pieces.push(body.slice(start))
  return pieces
}

function readCharacterEscape([, x, u, wide, octal, simple]: Escape): string | undefined {
  if (simple !== undefined) return SIMPLE_ESCAPES[simple]
  const code = octal === undefined ? Number.parseInt(x ?? u ?? wide ?? '', 16) : Number.parseInt(octal, 8)
  const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : undefined
}

// in bytes, \x and octal are single bytes, and there are no code points
function readByteEscape([, x, , , octal, simple]: Escape): number | string | undefined {
  if (simple !== undefined) return SIMPLE_ESCAPES[simple]
  if (octal !== undefined) return Number.parseInt(octal, 8)
  return x === undefined ? undefined : Number.parseInt(x, 16)
}
