import { layOut, type Output } from '../lay-out.ts'
import { LIMIT_NOTE } from '../limit-note.ts'
import { nameMachine } from '../machine.ts'
import { worstOf } from '../verdict.ts'
import type { EvaluateReport, EvaluateRow } from './report.ts'
import { DRIFT_EVALUATIONS } from './verdict.ts'

/** The report as text that ends with a newline. */
export function formatEvaluateReport(report: EvaluateReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const table = [HEADER, ...report.rows.map(cellsOf)]
  return `${[...layOut(table, output, [0, 1, 2, 11]), '', ...NOTES, LIMIT_NOTE, ...judgementOf(report)].join('\n')}\n`
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
  'verdict',
]

const NOTES = [
  'Milliseconds. bare: in a loop, in a thread of its own; after: until the guest can be asked again;',
  'shim: through its threads, one after the other; message: to such a thread and back, with nothing to do.',
  'drift: the median of the last tenth of the evaluations, by that of the first.',
]

function cellsOf(row: EvaluateRow): string[] {
  const { policy, executionMode, isParked, message, bare, cleaning, through, drift, goals } = row
  return [
    policy,
    executionMode,
    isParked ? 'parked' : 'fresh',
    ...[bare.p50, bare.p99, cleaning.p50, through.p50, through.p99].map((value) => value.toFixed(3)),
    (through.p50 / bare.p50).toFixed(2),
    message.p50.toFixed(3),
    drift.toFixed(2),
    worstOf(goals),
  ]
}

/** The goals that hold are in the JSON. */
function judgementOf({ rows, machine, verdict }: EvaluateReport): string[] {
  const goals = rows.flatMap((row) => row.goals)
  const missed = goals.filter((goal) => goal.verdict !== 'pass')
  const fewest = Math.min(...rows.map(({ through }) => through.count))
  const doubt = `- note: drift shows in ${DRIFT_EVALUATIONS} evaluations; these are ${fewest} of each policy`
  return [
    `On ${nameMachine(machine)}.`,
    `Verdict: ${verdict}. ${goals.length - missed.length} of ${goals.length} goals are met.`,
    '',
    ...missed.map((goal) => `- ${goal.verdict}: ${goal.goal}`),
    ...(fewest < DRIFT_EVALUATIONS ? [doubt] : []),
  ]
}
