import { formatBytes } from '../../util/bytes.ts'
import { layOut, type Output } from '../lay-out.ts'
import { type Machine, nameMachine } from '../machine.ts'
import type { JudgedGoal, Verdict } from '../report.ts'
import { verdictOf } from '../verdict.ts'

/** Whether evaluations become slower or larger; `--output json` prints it as it is. Times are milliseconds. */
export interface DriftReport {
  readonly machine: Machine
  readonly rows: readonly DriftRow[]
  readonly verdict: Verdict
}

export interface DriftFigures {
  readonly policy: string
  readonly executionMode: string
  readonly evaluations: number
  readonly first: DriftTenth
  readonly last: DriftTenth
}

/** A tenth of the evaluations. */
export interface DriftTenth {
  readonly p50: number
  readonly p99: number
  /** Of the whole process: the median of what was seen meanwhile. */
  readonly residentBytes: number
}

export interface DriftRow extends DriftFigures {
  readonly goals: readonly JudgedGoal[]
}

/** The last tenth by the first. Memory may grow by the collector's moods: a leak of 320 bytes an evaluation shows in 100,000. */
export const DRIFT_LIMITS = { p50: 1.2, p99: 1.5, grownBytes: 32_000_000 } as const

/** What drift is to be looked for in. */
export const DRIFT_EVALUATIONS = 100_000

/** Holds the last tenth against the first. */
export function judgeDrift({ policy, evaluations, first, last }: DriftFigures): JudgedGoal[] {
  const grown = last.residentBytes - first.residentBytes
  const over = `over ${evaluations} evaluations`
  const times = (['p50', 'p99'] as const).map((percentile) => {
    const measured = last[percentile] / first[percentile]
    const limit = DRIFT_LIMITS[percentile]
    return {
      goal: `${policy}'s ${percentile} becomes ${measured.toFixed(2)} times what it was ${over} (up to ${limit})`,
      measured,
      verdict: verdictOf(measured, { pass: limit }),
    }
  })
  const growth = {
    goal: `${policy} leaves ${toMegabytes(grown)} MB more in memory ${over} (up to ${toMegabytes(DRIFT_LIMITS.grownBytes)})`,
    measured: grown,
    verdict: verdictOf(grown, { pass: DRIFT_LIMITS.grownBytes }),
  }
  return [...times, growth]
}

/** The report as text that ends with a newline. */
export function formatDriftReport(report: DriftReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const { rows, machine, verdict } = report
  const goals = rows.flatMap((row) => row.goals)
  const fewest = Math.min(...rows.map(({ evaluations }) => evaluations))
  const doubt = `- note: drift shows in ${DRIFT_EVALUATIONS} evaluations; these are ${fewest} of each policy`
  const lines = [
    ...layOut([HEADER, ...rows.map(cellsOf)], output, [0, 1]),
    '',
    'The first and the last tenth of the evaluations as the shim asks them; milliseconds; memory of the whole process.',
    `On ${nameMachine(machine)}.`,
    `Verdict: ${verdict}.`,
    '',
    ...goals.map((goal) => `- ${goal.verdict}: ${goal.goal}`),
    ...(fewest < DRIFT_EVALUATIONS ? [doubt] : []),
  ]
  return `${lines.join('\n')}\n`
}

const HEADER = ['policy', 'mode', 'evaluations', 'first p50', 'last p50', 'first p99', 'last p99', 'first', 'last']

function cellsOf({ policy, executionMode, evaluations, first, last }: DriftRow): string[] {
  return [
    policy,
    executionMode,
    String(evaluations),
    ...[first.p50, last.p50, first.p99, last.p99].map((value) => value.toFixed(3)),
    ...[first, last].map(({ residentBytes }) => formatBytes(residentBytes)),
  ]
}

function toMegabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
