import { limitMembers } from '../builtins/limits.ts'

/** What one step of a pattern matches: a range list of code points; undefined for any. */
type Characters = readonly (readonly [from: number, to: number])[] | undefined

interface Step {
  readonly characters: Characters
  /** Any number of times, also none. */
  readonly isRepeated: boolean
}

/**
 * Whether any text matches both of two patterns of `.`, `[a-z]`, `*`, `+` and `\`; undefined if one of them is none.
 * Walks both at once: a pair of places is reached by a character that both take, or by leaving a repetition.
 */
export function globsIntersect(left: string, right: string): boolean | undefined {
  const [a, b] = [parseGlob(left), parseGlob(right)]
  if (a === undefined || b === undefined) return undefined
  limitMembers(Math.ceil(((a.length + 1) * (b.length + 1)) / 10))
  return reachesEnd(a, b)
}

function reachesEnd(a: readonly Step[], b: readonly Step[]): boolean {
  const width = b.length + 1
  const seen = new Uint8Array((a.length + 1) * width)
  const waiting = [0]
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    if (seen[pair] === 1) continue
    seen[pair] = 1
    const [i, j] = [Math.floor(pair / width), pair % width]
    if (i === a.length && j === b.length) return true
    for (const [nextI, nextJ] of stepsFrom(a[i], b[j])) waiting.push((i + nextI) * width + j + nextJ)
  }
  return false
}

function stepsFrom(a: Step | undefined, b: Step | undefined): [number, number][] {
  const steps: [number, number][] = []
  if (a?.isRepeated) steps.push([1, 0])
  if (b?.isRepeated) steps.push([0, 1])
  if (a && b && share(a.characters, b.characters)) steps.push([a.isRepeated ? 0 : 1, b.isRepeated ? 0 : 1])
  return steps
}

function share(a: Characters, b: Characters): boolean {
  if (a === undefined || b === undefined) return true
  return a.some(([from, to]) => b.some(([otherFrom, otherTo]) => from <= otherTo && otherFrom <= to))
}

function parseGlob(glob: string): readonly Step[] | undefined {
  const reader = new GlobReader(glob)
  const steps: Step[] = []
  while (!reader.atEnd) {
    const characters = reader.step()
    if (characters === 'invalid') return undefined
    const repetition = reader.repetition()
    if (repetition !== '*') steps.push({ characters, isRepeated: false })
    if (repetition !== '') steps.push({ characters, isRepeated: true })
  }
  return steps
}

interface Character {
  readonly code: number
  /** What it means unless it was escaped. */
  readonly symbol: string
}

class GlobReader {
  readonly #characters: readonly string[]
  #position = 0

  constructor(glob: string) {
    this.#characters = [...glob]
  }

  get atEnd(): boolean {
    return this.#position >= this.#characters.length
  }

  step(): Characters | 'invalid' {
    const character = this.#next()
    if (character === undefined || ['*', '+', ']'].includes(character.symbol)) return 'invalid'
    if (character.symbol === '.') return undefined
    return character.symbol === '[' ? this.#set() : [[character.code, character.code]]
  }

  repetition(): '' | '*' | '+' {
    const symbol = this.#characters[this.#position]
    if (symbol !== '*' && symbol !== '+') return ''
    this.#position += 1
    return symbol
  }

  #set(): Characters | 'invalid' {
    const ranges: [number, number][] = []
    let previous: number | undefined
    for (let character = this.#next(); character !== undefined; character = this.#next()) {
      if (character.symbol === ']') return ranges
      const from = character.symbol === '-' ? previous : character.code
      const to = character.symbol === '-' ? this.#endOfRange() : character.code
      if (from === undefined || to === undefined || to < from) return 'invalid'
      ranges.push([from, to])
      previous = character.symbol === '-' ? undefined : to
    }
    return 'invalid'
  }

  // What follows must be a character, and behind it at least the closing bracket.
  #endOfRange(): number | undefined {
    if (this.#position >= this.#characters.length - 1) return undefined
    const end = this.#next()
    return end === undefined || end.symbol === ']' || end.symbol === '-' ? undefined : end.code
  }

  #next(): Character | undefined {
    const isEscaped = this.#characters[this.#position] === '\\'
    const character = this.#characters[this.#position + (isEscaped ? 1 : 0)]
    this.#position += isEscaped ? 2 : 1
    if (character === undefined) return undefined
    return { code: character.codePointAt(0) ?? 0, symbol: isEscaped ? '' : character }
  }
}
