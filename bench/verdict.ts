import type { AddedGoal, Goal, ThroughputGoal } from './goals.ts'
import type { BenchReport, JudgedGoal, ReportRatio, ReportRow, Verdict } from './report.ts'

/** The A/A row may differ from the floor by this share before the run's figures deserve no trust. */
export const MAX_INSTRUMENT_ERROR = 0.15

export type Judged = Pick<BenchReport, 'goals' | 'verdict' | 'notes'>

/** What there is to judge by. */
export interface Findings {
  readonly rows: readonly ReportRow[]
  readonly ratios: readonly ReportRatio[]
  readonly growth: readonly ReportRatio[]
}

/** Holds the figures against each goal; the worst of them is the verdict. */
export function judge(goals: readonly Goal[], findings: Findings): Judged {
  const judged = goals.flatMap((goal) =>
    'atLeast' in goal ? judgeThroughput(goal, findings) : judgeAdded(goal, findings),
  )
  return { goals: judged, verdict: worstOf(judged), notes: doubts(findings.ratios) }
}

/** Nothing judged is nothing that holds. */
export function worstOf(judged: readonly Pick<JudgedGoal, 'verdict'>[]): Verdict {
  const verdicts = judged.map(({ verdict }) => verdict)
  if (verdicts.length === 0 || verdicts.includes('fail')) return 'fail'
  return verdicts.includes('acceptable') ? 'acceptable' : 'pass'
}

/** What a figure that may be this much, or will do up to there, deserves; one that could not be measured fails. */
export function verdictOf(
  measured: number | null,
  limits: { readonly pass: number; readonly acceptable?: number },
): Verdict {
  if (measured === null) return 'fail'
  if (measured <= limits.pass) return 'pass'
  return measured <= (limits.acceptable ?? limits.pass) ? 'acceptable' : 'fail'
}

function judgeAdded(goal: AddedGoal, { rows, ratios, growth }: Findings): JudgedGoal[] {
  const { row, comparedWith, percentile, pass, acceptable } = goal
  const clients = Math.min(...clientsOf(rows, row))
  const candidates = comparedWith === 'the floor' ? ratios : growth
  const measured = candidates.find((ratio) => ratio.row === row && ratio.clients === clients)?.[percentile] ?? null
  const limits = acceptable === undefined ? `${pass}` : `${pass}, acceptable up to ${acceptable}`
  const adds = `${row} adds ${times(measured)} what ${comparedWith} adds`
  return [
    {
      goal: `${adds}, ${percentile} with ${countClients(clients)} (up to ${limits})`,
      measured,
      verdict: verdictOf(measured, goal),
    },
  ]
}

function judgeThroughput({ row, atLeast }: ThroughputGoal, { rows }: Findings): JudgedGoal[] {
  const clients = Math.max(...clientsOf(rows, row))
  if (clients === 1) return []
  const rateOf = (name: string) =>
    rows.find((candidate) => candidate.row === name && candidate.clients === clients)?.requestsPerSecond ?? Number.NaN
  const quotient = rateOf(row) / rateOf(rows.find((candidate) => candidate.row === row)?.floor ?? '')
  const measured = Number.isFinite(quotient) ? quotient : null
  return [
    {
      goal: `${row} answers ${times(measured)} as many requests as the floor, with ${countClients(clients)} (at least ${atLeast})`,
      measured,
      verdict: measured !== null && measured >= atLeast ? 'pass' : 'fail',
    },
  ]
}

function clientsOf(rows: readonly ReportRow[], name: string): number[] {
  return rows.filter(({ row }) => row === name).map(({ clients }) => clients)
}

function times(measured: number | null): string {
  return measured === null ? 'an unknown number of times' : `${measured.toFixed(2)} times`
}

function doubts(ratios: readonly ReportRatio[]): string[] {
  return ratios.filter(({ row }) => row.startsWith('floor-again')).flatMap(doubt)
}

function doubt({ p50, clients, row }: ReportRatio): string[] {
  const error = p50 === null ? null : Math.abs(p50 - 1)
  if (error !== null && error <= MAX_INSTRUMENT_ERROR) return []
  const by = error === null ? 'beyond measure: it added nothing' : `by ${(error * 100).toFixed(0)} %`
  const differs = `${row}, the same floor measured twice with ${countClients(clients)}, differs ${by}`
  return [`${differs}: repeat with more requests, or on a quieter machine`]
}

function countClients(clients: number): string {
  return clients === 1 ? '1 client' : `${clients} clients`
}
