import type { JudgedGoal, Verdict } from './report.ts'

/** What came of each goal, and of all of them; a list in Markdown, too. */
export function formatVerdict({ goals, verdict, notes }: VerdictLines): string[] {
  return [
    `Verdict: ${verdict}.`,
    '',
    ...goals.map(({ goal, verdict: its }) => `- ${its}: ${goal}`),
    ...notes.map((note) => `- note: ${note}`),
  ]
}

export interface VerdictLines {
  readonly goals: readonly JudgedGoal[]
  readonly verdict: Verdict
  readonly notes: readonly string[]
}
