import { toOneLine } from '../util/one-line.ts'

const LONGEST = 300

/** What somebody else wrote, for a message: on one line, and not longer than one reads. */
export function showForeign(text: string): string {
  const shown = toOneLine(text.slice(0, LONGEST))
  return text.length > LONGEST ? `${shown}…` : shown
}
