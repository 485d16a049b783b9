/** The order in which go-yaml writes keys: numbers within them by their value, letters after all else. */
export function compareNaturally(left: string, right: string): number {
  const [a, b] = [[...left], [...right]]
  const at = a.findIndex((character, index) => character !== b[index])
  const [x, y] = [a[at], b[at]]
  if (x === undefined || y === undefined) return a.length - b.length
  const [isXLetter, isYLetter] = [isLetter(x), isLetter(y)]
  if (isXLetter && isYLetter) return compareCodes(x, y)
  // behind a digit a letter goes first, which ends the number there
  if (isXLetter !== isYLetter) return isXLetter === isDigit(a[at - 1]) ? -1 : 1
  return compareRuns(a, b, at) || compareCodes(x, y)
}

// The digits from the first difference on, as numbers; what is in front of a zero makes it count.
function compareRuns(a: readonly string[], b: readonly string[], at: number): number {
  const lead = [a[at], b[at]].includes('0') && followsNumber(a, at) ? '1' : '0'
  const [left, right] = [runFrom(a, at), runFrom(b, at)]
  const [x, y] = [BigInt(lead + left), BigInt(lead + right)]
  if (x !== y) return x < y ? -1 : 1
  return left.length - right.length
}

function runFrom(characters: readonly string[], at: number): string {
  const end = characters.findIndex((character, index) => index >= at && !isDigit(character))
  return characters.slice(at, end === -1 ? undefined : end).join('')
}

function followsNumber(characters: readonly string[], at: number): boolean {
  const before = characters.slice(0, at)
  return before.slice(before.findLastIndex((character) => !isDigit(character)) + 1).some((digit) => digit !== '0')
}

const isDigit = (character: string | undefined) => character !== undefined && /[0-9]/.test(character)
const isLetter = (character: string) => /\p{L}/u.test(character)
const compareCodes = (x: string, y: string) => (x.codePointAt(0) ?? 0) - (y.codePointAt(0) ?? 0)
