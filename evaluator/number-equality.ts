/**
 * Whether a number that a guest gave back is the one that it was given. It is if both mean the same decimal (`1.0`, `1`
 * and `10e-1` do), and also if the guest gave back what a double makes of the original: a guest whose JSON library
 * knows only doubles hands on 9007199254740993 as 9007199254740992 without its policy having touched it. The other way
 * round, from 9007199254740992 to 9007199254740993, no double leads: that is a change that somebody wanted.
 */
export function isSameNumber(original: string, returned: string): boolean {
  if (original === returned) return true
  const decimal = normalize(returned)
  return decimal === normalize(original) || renderingsOf(Number(original)).includes(decimal)
}

// Libraries write a double with the fewest digits that lead back to it; whoever casts it to an integer writes all.
function renderingsOf(double: number): string[] {
  if (!Number.isFinite(double)) return []
  const shortest = normalize(String(double))
  return Number.isInteger(double) ? [shortest, normalize(String(BigInt(double)))] : [shortest]
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

// Sign, digits without zeros around them, and the power of ten of the last one: equal texts are equal numbers.
function normalize(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(source) ?? []
  const digits = whole + fraction
  let [start, end] = [0, digits.length]
  while (digits[start] === '0') start += 1
  if (start === end) return '0'
  while (digits[end - 1] === '0') end -= 1
  const power = BigInt(exponent) + BigInt(whole.length - end)
  return `${sign}${digits.slice(start, end)}e${power}`
}
