import { isPrintable } from './scalar-style.ts'

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\x1b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x85', '\\N'],
  ['\xa0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
])

/** A text in double quotes. https://yaml.org/spec/1.2.2/#57-escaped-characters */
export function quoteForYaml(text: string): string {
  const escaped = [...text].map((character) => {
    const isShown = isPrintable(character) && character !== '"' && character !== '\\'
    return isShown ? character : escapeCharacter(character)
  })
  return `"${escaped.join('')}"`
}

function escapeCharacter(character: string): string {
  const named = NAMED.get(character)
  if (named !== undefined) return named
  const code = character.codePointAt(0) ?? 0
  const hex = (width: number) => code.toString(16).toUpperCase().padStart(width, '0')
  if (code <= 0xff) return `\\x${hex(2)}`
  return code <= 0xffff ? `\\u${hex(4)}` : `\\U${hex(8)}`
}
