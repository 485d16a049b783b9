/** The words of CEL that are values or operators. Apart from the rest of it: names are checked without loading the language. */
export const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in'])

/** The words that CEL keeps for later, so that nothing may be called so. */
export const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)
