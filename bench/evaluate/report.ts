import { layOut, type Output } from '../lay-out.ts'
import type { Summary } from '../statistics.ts'

/** What evaluations take by themselves; `--output json` prints it as it is. Times are milliseconds. */
export interface EvaluateReport {
  readonly rows: readonly EvaluateRow[]
}

export interface EvaluateRow {
  readonly policy: string
  readonly executionMode: string
  /** Its instance is kept, and put back after each evaluation. */
  readonly isParked: boolean
  /** To a thread and back, with nothing to do there. */
  readonly message: Summary
  /** In a loop, in a thread of its own. */
  readonly bare: Summary
  /** What follows each evaluation before the guest can be asked again. */
  readonly cleaning: Summary
  /** Through the shim's pool of threads, one after the other, each right after the last answer. */
  readonly through: Summary
  /** The median of the last tenth, by that of the first. */
  readonly drift: number
}

/** The report as text that ends with a newline. */
export function formatEvaluateReport(report: EvaluateReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const table = [HEADER, ...report.rows.map(cellsOf)]
  return `${[...layOut(table, output, [0, 1, 2]), '', ...NOTES].join('\n')}\n`
}

const HEADER = [
  'policy',
  'mode',
  'instance',
  'bare p50',
  'p99',
  'after',
  'shim p50',
  'p99',
  '× bare',
  'message',
  'drift',
]

const NOTES = [
  'Milliseconds. bare: in a loop, in a thread of its own; after: until the guest can be asked again;',
  'shim: through its threads, one after the other; message: to such a thread and back, with nothing to do.',
  'drift: the median of the last tenth of the evaluations, by that of the first.',
]

function cellsOf({ policy, executionMode, isParked, message, bare, cleaning, through, drift }: EvaluateRow): string[] {
  return [
    policy,
    executionMode,
    isParked ? 'parked' : 'fresh',
    ...[bare.p50, bare.p99, cleaning.p50, through.p50, through.p99].map((value) => value.toFixed(3)),
    (through.p50 / bare.p50).toFixed(2),
    message.p50.toFixed(3),
    drift.toFixed(2),
  ]
}
