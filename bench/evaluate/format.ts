import { layOut, type Output } from '../lay-out.ts'
import { LIMIT_NOTE } from '../limit-note.ts'
import { nameMachine } from '../machine.ts'
import { worstOf } from '../verdict.ts'
import type { EvaluateReport, EvaluateRow } from './report.ts'

/** The report as text that ends with a newline. */
export function formatEvaluateReport(report: EvaluateReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const table = [HEADER, ...report.rows.map(cellsOf)]
  return `${[...layOut(table, output, [0, 1, 2, 3, 13]), '', ...NOTES, LIMIT_NOTE, ...judgementOf(report)].join('\n')}\n`
}

const HEADER = [
  'policy',
  'mode',
  'instance',
  'answers in',
  'message',
  'p99',
  'bare',
  'p99',
  'after',
  'shim',
  'p99',
  'cleaned',
  'thread',
  'verdict',
]

const NOTES = [
  'Milliseconds, medians but for p99. message: to an evaluator thread and back, with nothing to do;',
  'bare: in a loop, in a thread of its own; after: until the guest can be asked again;',
  'shim: as the shim asks, in the front or in a thread; cleaned: the same until the guest can be asked again;',
  'thread: through an evaluator thread in any case.',
]

function cellsOf(row: EvaluateRow): string[] {
  const { policy, executionMode, isParked, isInFront, message, bare, cleaning, through, throughClosed, thread } = row
  const figures = [
    message.p50,
    message.p99,
    bare.p50,
    bare.p99,
    cleaning.p50,
    through.p50,
    through.p99,
    throughClosed.p50,
    thread.p50,
  ]
  return [
    policy,
    executionMode,
    isParked ? 'parked' : 'fresh',
    isInFront ? 'front' : 'thread',
    ...figures.map((value) => value.toFixed(3)),
    worstOf(row.goals),
  ]
}

/** The goals that hold are in the JSON. */
function judgementOf({ rows, machine, verdict }: EvaluateReport): string[] {
  const goals = rows.flatMap((row) => row.goals)
  const missed = goals.filter((goal) => goal.verdict !== 'pass')
  const count = rows[0]?.through.count ?? 0
  return [
    `On ${nameMachine(machine)}, ${count} evaluations of each policy on each path.`,
    `Verdict: ${verdict}. ${goals.length - missed.length} of ${goals.length} goals are met.`,
    '',
    ...missed.map((goal) => `- ${goal.verdict}: ${goal.goal}`),
  ]
}
