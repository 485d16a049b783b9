// What follows is left for the next match: whoever disagrees with `sprintf` on where a directive ends finds one too many.
/** Flags, width, precision and verb as `sprintf` reads them; a star takes a size from the arguments. */
const DIRECTIVE = /%([-+# 0]*)(?:\[\d*\])?(\*|\d*)(?:\.(?:\[\d*\])?(\*|\d*))?(?:\[\d*\])?(?=(.?))/gs

/** Digits behind a point take the square of their number. */
const MAX_SIZE = 999
/** What a character of an argument may become: `\ue000` where it is quoted, each character of which is `0x5c ` in bytes. */
const MOST_PER_CHARACTER = { plain: 6, any: 30 } as const
/** `%!d(*big.Int=`, a float of 309 digits, an integer in bits. */
const MOST_BESIDE = 400
const PLAIN_VERBS = new Set(['s', 'd', 'v', '%'])

export interface FormatMeasures {
  readonly directives: number
  readonly characters: number
}

/**
 * How many characters `sprintf` makes at most, without making them; infinite where widths and precisions are
 * large, or arguments themselves.
 * @param lengths of the arguments, as texts
 */
export function measureFormat(format: string, lengths: readonly number[]): FormatMeasures {
  const found = [...format.matchAll(DIRECTIVE)]
  const isPlain = found.every(([, flags = '', , , verb = '']) => !flags.includes('#') && PLAIN_VERBS.has(verb))
  const mostOf = (length: number) => MOST_PER_CHARACTER[isPlain ? 'plain' : 'any'] * length + MOST_BESIDE
  const sizes = found.flatMap(([, , width = '', precision = '']) => [sizeOf(width), sizeOf(precision)])
  // each may name the longest, and those that none has named are listed at the end
  const named = found.length * mostOf(Math.max(0, ...lengths))
  const listed = sumOf(lengths.map(mostOf))
  return { directives: found.length, characters: format.length + named + listed + sumOf(sizes) }
}

function sizeOf(text: string): number {
  const size = text === '*' ? Number.POSITIVE_INFINITY : Number(text)
  return size <= MAX_SIZE ? size : Number.POSITIVE_INFINITY
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)
