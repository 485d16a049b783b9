/** The words that are values or operators. */
export const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in'])

/** The words that the language keeps for later, so that nothing may be called so. */
export const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
