import type { Samples } from './load.ts'
import type { Row } from './rows.ts'
import { type Added, PERCENTILES, type Percentile, ratio, type Summary, subtract, summarize } from './statistics.ts'

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
  /** Why that verdict, and whatever the reader should hold against it. */
  readonly notes: readonly string[]
}

export interface Machine {
  readonly cpus: number
  readonly model: string
  readonly architecture: string
  readonly node: string
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
  readonly policies?: number
  readonly clients: number
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

/** What one number of clients gave. */
export interface Run {
  readonly clients: number
  readonly samples: Samples<string>
  readonly apiServerMeans: Readonly<Record<string, number>>
}

/** Summarises one run, row by row, in the order of the report. */
export function reportRows(rows: readonly Row[], { clients, samples, apiServerMeans }: Run): ReportRow[] {
  const summaries = new Map(rows.map(({ name }) => [name, summarize(samples[name] ?? [])]))
  return rows.map((row) => {
    const summary = get(summaries, row.name)
    const mean = apiServerMeans[row.name]
    return {
      row: row.name,
      title: row.title,
      apiServer: row.apiServer,
      ...(row.policies !== undefined && { policies: row.policies }),
      clients,
      ...summary,
      ...addedBy(row, summary, summaries),
      ...(mean !== undefined && { apiServerMean: mean }),
    }
  })
}

/** Every path's added latency by the floor's of the same run. */
export function reportRatios(rows: readonly ReportRow[]): ReportRatio[] {
  return compare(rows, ({ row }) => (row === FLOOR ? undefined : FLOOR))
}

/** Added latency by that of the same path with one policy. */
export function reportGrowth(rows: readonly ReportRow[], plan: readonly Row[]): ReportRatio[] {
  const ones = new Map(plan.map(({ name, one }) => [name, one]))
  return compare(rows, ({ row }) => (ones.get(row) === row ? undefined : ones.get(row)))
}

const FLOOR = 'floor'

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
