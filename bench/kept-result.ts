/** What a run leaves in a file: its report, and how it came about. */
export interface KeptResult {
  /** The command line. */
  readonly command: string
  /** ISO 8601. */
  readonly measuredOn: string
}

const NUMBERS = /\[\s+-?\d[^[\]{}":]*\]/g

/** The text of the file; each list of numbers is on one line of it. */
export function keepResult(report: object, { command, measuredOn }: KeptResult): string {
  const text = JSON.stringify({ command, measuredOn, ...report }, null, 2)
  return `${text.replace(NUMBERS, (list) => list.replace(/\s+/g, ' '))}\n`
}
