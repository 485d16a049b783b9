/** One `%…` of a format: flags, sizes, and the verb. https://pkg.go.dev/fmt#hdr-Printing */
export interface Directive {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
  verb: string
}

export function createDirective(): Directive {
  return {
    plus: false,
    minus: false,
    sharp: false,
    space: false,
    zero: false,
    width: undefined,
    precision: undefined,
    verb: '',
  }
}

/** Fills a text up to the directive's width; zeros go between sign and digits. */
export function pad(text: string, directive: Directive, { isNumber = false } = {}): string {
  const missing = (directive.width ?? 0) - [...text].length
  if (missing <= 0) return text
  if (directive.minus) return text + ' '.repeat(missing)
  if (!directive.zero) return ' '.repeat(missing) + text
  const signLength = isNumber && /^[+\- ]/.test(text) ? 1 : 0
  return text.slice(0, signLength) + '0'.repeat(missing) + text.slice(signLength)
}
