import { CelSyntaxError } from './syntax-problem.ts'

export type TokenKind = 'number' | 'text' | 'name' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly source: string
  readonly position: number
}

// https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax; the longest form of a literal comes first
const TOKEN = new RegExp(
  [
    String.raw`(?<space>[\t\n\f\r ]+|//[^\n]*)`,
    String.raw`(?<text>[bB]?(?:[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\n\r]*"|'[^'\n\r]*')` +
      String.raw`|"""(?:\\[^]|[^\\])*?"""|'''(?:\\[^]|[^\\])*?'''|"(?:\\[^\n\r]|[^"\\\n\r])*"|'(?:\\[^\n\r]|[^'\\\n\r])*'))`,
    String.raw`(?<number>0x[0-9a-fA-F]+[uU]?|\d*\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|\d+[uU]?)`,
    String.raw`(?<name>[A-Za-z_]\w*)`,
    String.raw`(?<symbol>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}])`,
  ].join('|'),
  'y',
)

/** Splits an expression into its tokens. @throws CelSyntaxError */
export function readTokens(source: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  while (position < source.length) {
    TOKEN.lastIndex = position
    const match = TOKEN.exec(source)
    if (match === null) throw new CelSyntaxError(describe(source, position), position)
    const kind = kindOf(match.groups ?? {})
    if (kind !== undefined) tokens.push({ kind, source: match[0], position })
    position += match[0].length
  }
  tokens.push({ kind: 'end', source: '', position })
  return tokens
}

function kindOf(groups: Partial<Record<string, string>>): TokenKind | undefined {
  if (groups['name'] !== undefined) return 'name'
  if (groups['symbol'] !== undefined) return 'symbol'
  if (groups['number'] !== undefined) return 'number'
  return groups['text'] === undefined ? undefined : 'text'
}

function describe(source: string, position: number): string {
  const character = String.fromCodePoint(source.codePointAt(position) ?? 0)
  return /["']/.test(character) ? `a string that starts with ${character} does not end` : `${character} has no meaning`
}
