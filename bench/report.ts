import type { Measured } from './load.ts'
import type { Machine } from './machine.ts'
import type { Row } from './rows.ts'
import {
  type Added,
  PERCENTILES,
  type Percentile,
  quantiles,
  ratio,
  type Summary,
  subtract,
  summarize,
} from './statistics.ts'

/** What the benchmark found out; `--output json` prints it as it is. Times are milliseconds. */
export interface BenchReport {
  readonly kubernetesVersion: string
  readonly policy: string
  readonly machine: Machine
  readonly rows: readonly ReportRow[]
  /** By what the floor adds. */
  readonly ratios: readonly ReportRatio[]
  /** By what the same path adds with one policy, where rows differ in that. */
  readonly growth?: readonly ReportRatio[]
  readonly memory: ShimMemory
  readonly verdict: Verdict
  /** What the figures are judged by: the worst of them is the verdict. */
  readonly goals: readonly JudgedGoal[]
  /** Whatever the reader should hold against the figures. */
  readonly notes: readonly string[]
}

/** Resident memory of the shim in bytes, before and after the load. */
export interface ShimMemory {
  readonly idleBytes: number
  readonly loadedBytes: number
}

/** One row under one number of clients. */
export interface ReportRow extends Summary {
  readonly row: string
  readonly title: string
  readonly apiServer: string
  /** The row that its ratio compares with. */
  readonly floor?: string
  readonly policies?: number
  readonly objectBytes?: number
  readonly clients: number
  /** Answered while it was this row's turn. */
  readonly requestsPerSecond: number
  /** The 0th to the 100th percentile. */
  readonly quantiles: readonly number[]
  /** Over the baseline of the same API server; baselines add nothing by definition. */
  readonly added?: Added
  /** The mean of the API server's calls of the webhook, by its own clock. */
  readonly apiServerMean?: number
}

/** A row's added latency by another's, per percentile; null where the other added nothing that could be measured. */
export interface ReportRatio extends Readonly<Record<Percentile, number | null>> {
  readonly row: string
  readonly clients: number
}

export type Verdict = 'pass' | 'acceptable' | 'fail'

/** A goal, and what became of it. */
export interface JudgedGoal {
  /** A sentence with the figure and its limits. */
  readonly goal: string
  readonly measured: number | null
  readonly verdict: Verdict
}

/** What one number of clients gave. */
export interface Run {
  readonly clients: number
  readonly measured: Measured<string>
  readonly apiServerMeans: Readonly<Record<string, number>>
}

/** Summarises one run, row by row, in the order of the report. */
export function reportRows(rows: readonly Row[], { clients, measured, apiServerMeans }: Run): ReportRow[] {
  const { samples, busyMs } = measured
  const summaries = new Map(rows.map(({ name }) => [name, summarize(samples[name] ?? [])]))
  return rows.map((row) => {
    const { name, title, apiServer, floor, policies, objectBytes } = row
    const summary = get(summaries, name)
    const mean = apiServerMeans[name]
    return {
      row: name,
      title,
      apiServer,
      ...(floor !== undefined && { floor }),
      ...(policies !== undefined && { policies }),
      ...(objectBytes !== undefined && { objectBytes }),
      clients,
      ...summary,
      requestsPerSecond: (summary.count / (busyMs[name] ?? Number.NaN)) * 1000,
      quantiles: quantiles(samples[name] ?? []),
      ...addedBy(row, summary, summaries),
      ...(mean !== undefined && { apiServerMean: mean }),
    }
  })
}

/** Every path's added latency by the floor's of the same run. */
export function reportRatios(rows: readonly ReportRow[]): ReportRatio[] {
  return compare(rows, ({ row, floor }) => (row === floor ? undefined : floor))
}

/** Added latency by that of the same path with one policy. */
export function reportGrowth(rows: readonly ReportRow[], plan: readonly Row[]): ReportRatio[] {
  const ones = new Map(plan.map(({ name, one }) => [name, one]))
  return compare(rows, ({ row }) => (ones.get(row) === row ? undefined : ones.get(row)))
}

function compare(rows: readonly ReportRow[], otherOf: (row: ReportRow) => string | undefined): ReportRatio[] {
  return rows.flatMap((row) => {
    const { clients, added } = row
    const name = otherOf(row)
    const other = rows.find((candidate) => candidate.row === name && candidate.clients === clients)?.added
    if (added === undefined || other === undefined) return []
    const [p50, p90, p99] = PERCENTILES.map((percentile) => ratio(added[percentile], other[percentile]) ?? null)
    return [{ row: row.row, clients, p50: p50 ?? null, p90: p90 ?? null, p99: p99 ?? null }]
  })
}

function addedBy({ baseline }: Row, summary: Summary, summaries: ReadonlyMap<string, Summary>): { added?: Added } {
  return baseline === undefined ? {} : { added: subtract(summary, get(summaries, baseline)) }
}

function get(summaries: ReadonlyMap<string, Summary>, name: string): Summary {
  const summary = summaries.get(name)
  if (summary === undefined) throw new RangeError(`no row ${name}`)
  return summary
}
