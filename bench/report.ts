import { ROWS, type Row, type RowName } from './rows.ts'
import { type Added, PERCENTILES, type Percentile, ratio, type Summary, subtract, summarize } from './statistics.ts'

/** What the benchmark found out; `--output json` prints it as it is. Times are milliseconds. */
export interface BenchReport {
  readonly kubernetesVersion: string
  readonly policy: string
  readonly machine: Machine
  readonly rows: readonly ReportRow[]
  readonly ratios: readonly ReportRatio[]
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
  readonly row: RowName
  readonly title: string
  readonly apiServer: string
  readonly clients: number
  /** Over the baseline of the same API server; baselines add nothing by definition. */
  readonly added?: Added
  /** The mean of the API server's calls of the webhook, by its own clock. */
  readonly apiServerMean?: number
}

/** A row's added latency by the floor's, per percentile; null where the floor added nothing that could be measured. */
export interface ReportRatio extends Readonly<Record<Percentile, number | null>> {
  readonly row: RowName
  readonly clients: number
}

export type Verdict = 'pass' | 'acceptable' | 'fail'

/** What one number of clients gave. */
export interface Run {
  readonly clients: number
  readonly samples: Readonly<Record<RowName, readonly number[]>>
  readonly apiServerMeans: Readonly<Partial<Record<RowName, number>>>
}

/** Summarises one run, row by row, in the order of the report. */
export function reportRows({ clients, samples, apiServerMeans }: Run): ReportRow[] {
  const summaries = new Map(ROWS.map(({ name }) => [name, summarize(samples[name])]))
  return ROWS.map((row) => {
    const summary = get(summaries, row.name)
    const mean = apiServerMeans[row.name]
    return {
      row: row.name,
      title: row.title,
      apiServer: row.apiServer,
      clients,
      ...summary,
      ...addedBy(row, summary, summaries),
      ...(mean !== undefined && { apiServerMean: mean }),
    }
  })
}

/** Every path's added latency by the floor's of the same run. */
export function reportRatios(rows: readonly ReportRow[]): ReportRatio[] {
  return rows.flatMap(({ row, clients, added }) => {
    const floor = rows.find((other) => other.row === 'floor' && other.clients === clients)?.added
    if (added === undefined || floor === undefined || row === 'floor') return []
    const [p50, p90, p99] = PERCENTILES.map((percentile) => ratio(added[percentile], floor[percentile]) ?? null)
    return [{ row, clients, p50: p50 ?? null, p90: p90 ?? null, p99: p99 ?? null }]
  })
}

function addedBy({ baseline }: Row, summary: Summary, summaries: ReadonlyMap<RowName, Summary>): { added?: Added } {
  return baseline === undefined ? {} : { added: subtract(summary, get(summaries, baseline)) }
}

function get(summaries: ReadonlyMap<RowName, Summary>, name: RowName): Summary {
  const summary = summaries.get(name)
  if (summary === undefined) throw new RangeError(`no row ${name}`)
  return summary
}
