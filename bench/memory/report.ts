import { formatVerdict } from '../format-verdict.ts'
import { layOut, type Output } from '../lay-out.ts'
import { type Machine, nameMachine } from '../machine.ts'
import type { JudgedGoal, Verdict } from '../report.ts'
import { median } from '../statistics.ts'
import { verdictOf, worstOf } from '../verdict.ts'
import type { Footprint } from './measured-process.ts'

/** What memory takes; `--output json` prints it as it is. Bytes. */
export interface MemoryReport {
  readonly machine: Machine
  readonly moduleBytes: number
  readonly rows: readonly MemoryRow[]
  /** What a further thread adds to the loaded shim: the slope of a line through the medians. */
  readonly bytesPerThread: number
  readonly goals: readonly JudgedGoal[]
  readonly verdict: Verdict
}

/** So many threads for evaluations; the shim has one more, and so has bare Node. */
export interface MemoryRow {
  readonly threads: number
  readonly node: readonly Footprint[]
  readonly idle: readonly Footprint[]
  readonly loaded: readonly Footprint[]
}

export const MEMORY_LIMITS = { bytesPerThread: 10_000_000, byNode: 1.5 } as const

/** Sums up the samples, and holds them against the goals. */
export function reportMemory(machine: Machine, moduleBytes: number, rows: readonly MemoryRow[]): MemoryReport {
  const bytesPerThread = slope(rows.map(({ threads, loaded }) => [threads, medianRss(loaded)]))
  const growth = { pass: MEMORY_LIMITS.bytesPerThread }
  const goals: JudgedGoal[] = rows.map(({ threads, node, loaded }) => {
    const limit = MEMORY_LIMITS.byNode * medianRss(node) + moduleBytes
    const measured = medianRss(loaded)
    const goal = `${threads === 1 ? '1 thread' : `${threads} threads`}: ${formatMegabytes(measured)} resident after the load (up to ${formatMegabytes(limit)}: 1.5 × bare Node, and the modules)`
    return { goal, measured, verdict: verdictOf(measured, { pass: limit }) }
  })
  if (rows.length > 1) {
    const goal = `a further thread adds ${formatMegabytes(bytesPerThread)} (up to ${formatMegabytes(growth.pass)})`
    goals.unshift({ goal, measured: bytesPerThread, verdict: verdictOf(bytesPerThread, growth) })
  }
  return { machine, moduleBytes, rows, bytesPerThread, goals, verdict: worstOf(goals) }
}

/** The slope of the line with the least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [meanOf(points.map(([x]) => x)), meanOf(points.map(([, y]) => y))]
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return variance === 0 ? 0 : covariance / variance
}

/** The report as text that ends with a newline. */
export function formatMemoryReport(report: MemoryReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const header = ['threads', 'bare Node', 'spread', 'shim idle', 'spread', 'loaded', 'spread', 'PSS', '× Node']
  const lines = [
    ...layOut([header, ...report.rows.map(cellsOf)], output, []),
    '',
    `Resident megabytes, medians of ${report.rows[0]?.loaded.length ?? 0} processes each; spread: the most less the least; PSS: of the loaded shim.`,
    `Modules of ${formatMegabytes(report.moduleBytes)}: 4 policies of 5 MB Rust, 5 of pod-privileged, 2 of 20 MB Go. The large ones are samples with their own code again and again.`,
    `On ${nameMachine(report.machine)}.`,
    ...formatVerdict({ ...report, notes: [] }),
  ]
  return `${lines.join('\n')}\n`
}

function cellsOf({ threads, node, idle, loaded }: MemoryRow): string[] {
  const figures = [node, idle, loaded].flatMap((footprints) => {
    const all = footprints.map(({ rss }) => rss)
    return [median(all), Math.max(...all) - Math.min(...all)]
  })
  const pss = median(loaded.map((footprint) => footprint.pss))
  return [
    String(threads),
    ...[...figures, pss].map((bytes) => (bytes / 1e6).toFixed(1)),
    (medianRss(loaded) / medianRss(node)).toFixed(2),
  ]
}

function medianRss(footprints: readonly Footprint[]): number {
  return median(footprints.map(({ rss }) => rss))
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
