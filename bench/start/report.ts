import { formatVerdict } from '../format-verdict.ts'
import { layOut, type Output } from '../lay-out.ts'
import { type Machine, nameMachine } from '../machine.ts'
import type { JudgedGoal, Verdict } from '../report.ts'
import { summarize } from '../statistics.ts'
import { verdictOf, worstOf } from '../verdict.ts'
import { DISTINCT } from './start-cases.ts'
import type { TimedStart } from './timed-start.ts'

/** What it takes until a shim answers; `--output json` prints it as it is. Milliseconds. */
export interface StartReport {
  readonly machine: Machine
  /** Of bare Node, which runs nothing and ends. */
  readonly node: readonly number[]
  readonly rows: readonly StartRow[]
  readonly goals: readonly JudgedGoal[]
  readonly verdict: Verdict
}

export interface StartRow {
  readonly name: string
  readonly starts: readonly TimedStart[]
}

export const START_LIMIT_MS = 1000

/** Holds the medians against the goal. */
export function reportStarts(machine: Machine, node: readonly number[], rows: readonly StartRow[]): StartReport {
  const goals = rows
    .filter(({ name }) => name === DISTINCT)
    .map(({ name, starts }): JudgedGoal => {
      const measured = summarize(starts.map(({ readyMs }) => readyMs)).p50
      const goal = `ready with ${name} policies in ${measured.toFixed(0)} ms, p50 (up to ${START_LIMIT_MS})`
      return { goal, measured, verdict: verdictOf(measured, { pass: START_LIMIT_MS }) }
    })
  return { machine, node, rows, goals, verdict: worstOf(goals) }
}

/** The report as text that ends with a newline. */
export function formatStartReport(report: StartReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const node = summarize(report.node)
  const table = [
    ['policies', 'ready p50', 'p90', 'CPU time', '× Node'],
    ['bare Node', node.p50.toFixed(0), node.p90.toFixed(0), '', '1.0'],
    ...report.rows.map((row) => cellsOf(row, node.p50)),
  ]
  const lines = [
    ...layOut(table, output, [0]),
    '',
    `Milliseconds from the start of a process until it answers /readiness with 200, ${node.count} starts of each in turn; modules from a store`,
    'that has them, our own compiled code from the cache that an earlier start has filled. CPU time: the median, all threads, until then.',
    `On ${nameMachine(report.machine)}.`,
    ...formatVerdict({ ...report, notes: [] }),
  ]
  return `${lines.join('\n')}\n`
}

function cellsOf({ name, starts }: StartRow, node: number): string[] {
  const ready = summarize(starts.map(({ readyMs }) => readyMs))
  const cpu = summarize(starts.map(({ cpuMs }) => cpuMs))
  return [name, ready.p50.toFixed(0), ready.p90.toFixed(0), cpu.p50.toFixed(0), (ready.p50 / node).toFixed(1)]
}
