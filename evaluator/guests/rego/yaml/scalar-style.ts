/** How a text may be written in YAML, as libyaml finds it. */
export interface ScalarAnalysis {
  readonly isMultiline: boolean
  readonly allowsPlain: boolean
  readonly allowsSingleQuotes: boolean
  readonly allowsBlock: boolean
}

const INDICATORS = new Set('#,[]{}&*!|>\'"%@`')

/** https://pyyaml.org/wiki/LibYAML, `yaml_emitter_analyze_scalar`, outside of flow collections. */
export function analyzeScalar(text: string): ScalarAnalysis {
  const hasSpecial = hasSpecialCharacter(text)
  const spaceBeforeBreak = / \n/.test(text)
  const breakBeforeSpace = /\n /.test(text)
  const isMultiline = text.includes('\n')
  const hasEdges = /^[ \n]|[ \n]$/.test(text)
  const isQuotable = !hasSpecial && !spaceBeforeBreak && !text.includes('\t')
  return {
    isMultiline,
    allowsPlain: isQuotable && !isMultiline && !hasEdges && !hasIndicator(text),
    allowsSingleQuotes: isQuotable && !breakBeforeSpace && text !== '' ? true : text === '',
    allowsBlock: text !== '' && !/ $/.test(text) && !spaceBeforeBreak && !hasSpecial,
  }
}

function hasIndicator(text: string): boolean {
  if (/^(---|\.\.\.)/.test(text)) return true
  if (INDICATORS.has(text[0] ?? '') || /^[?:-](\s|$)/.test(text)) return true
  return /:(\s|$)/.test(text) || /\s#/.test(text)
}

// What has to be escaped; line breaks and tabs are looked at apart.
function hasSpecialCharacter(text: string): boolean {
  for (const character of text) if (character !== '\n' && character !== '\t' && !isPrintable(character)) return true
  return false
}

export function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  if (code < 0xa0) return code >= 0x20 && code <= 0x7e
  return code <= 0xffff && code !== 0xfeff && code < 0xfffe && !(code >= 0xd800 && code <= 0xdfff)
}
