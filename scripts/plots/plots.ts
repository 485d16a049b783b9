import type { TopLevelSpec } from 'vega-lite'
import type { MemoryReport } from '../../bench/memory/report.ts'
import type { ProfileReport } from '../../bench/profile/report.ts'
import type { BenchReport } from '../../bench/report.ts'
import { median } from '../../bench/statistics.ts'

const SIZE = { width: 560, height: 300 } as const

// one sample of the tail would squeeze all others together
const SHOWN = ['p50', 'p90'] as const

/** What each path adds to one request, with one client. */
export function latencyPlot({ rows }: BenchReport): TopLevelSpec {
  const values = rows.flatMap(({ row, clients, added }) =>
    clients === 1 && added !== undefined
      ? SHOWN.map((percentile) => ({ path: row, percentile, ms: added[percentile] }))
      : [],
  )
  return {
    ...SIZE,
    title: 'Added latency of one policy, 1 client',
    data: { values },
    mark: { type: 'point', filled: true, size: 90 },
    encoding: {
      x: { field: 'ms', type: 'quantitative', title: 'milliseconds over no webhook' },
      y: { field: 'path', type: 'nominal', title: null, sort: null },
      color: { field: 'percentile', type: 'nominal', title: null, sort: null },
    },
  }
}

/** What further policies add, by path. */
export function scalingPlot({ rows }: BenchReport): TopLevelSpec {
  const fewest = Math.min(...rows.map(({ clients }) => clients))
  const values = rows.flatMap(({ row, clients, added, policies }) => {
    if (clients !== fewest || added === undefined) return []
    if (row === 'floor') return [{ path: 'floor', policies: 1, ms: added.p50 }]
    return policies === undefined ? [] : [{ path: row.replace(/-\d+$/, ''), policies, ms: added.p50 }]
  })
  return linePlot('Added latency of many policies, p50', values, { x: 'policies', y: 'ms', unit: 'milliseconds' })
}

/** Where the time goes that a policy adds to the median. */
export function profilePlot({ parts }: ProfileReport): TopLevelSpec {
  return {
    ...SIZE,
    title: 'Where the time goes that one policy adds, p50',
    data: { values: parts.map(({ part, where, p50 }) => ({ part, where, ms: p50 })) },
    mark: 'bar',
    encoding: {
      x: { field: 'ms', type: 'quantitative', title: 'milliseconds' },
      y: { field: 'part', type: 'nominal', title: null, sort: null },
      color: { field: 'where', type: 'nominal', title: null, sort: null },
    },
  }
}

/** Resident memory by threads: medians. */
export function memoryPlot({ rows }: MemoryReport): TopLevelSpec {
  const values = rows.flatMap(({ threads, node, idle, loaded }) =>
    Object.entries({ 'bare Node': node, 'shim, idle': idle, 'shim, after the load': loaded }).map(
      ([path, samples]) => ({
        path,
        threads,
        megabytes: median(samples.map(({ rss }) => rss)) / 1e6,
      }),
    ),
  )
  return linePlot('Resident memory, 11 policies', values, { x: 'threads', y: 'megabytes', unit: 'megabytes' })
}

interface Axes {
  readonly x: string
  readonly y: string
  readonly unit: string
}

function linePlot(title: string, values: readonly Record<string, string | number>[], axes: Axes): TopLevelSpec {
  return {
    ...SIZE,
    title,
    data: { values: values.map((value) => ({ ...value })) },
    mark: { type: 'line', point: { size: 60 } },
    encoding: {
      x: { field: axes.x, type: 'quantitative', axis: { tickMinStep: 1 } },
      y: { field: axes.y, type: 'quantitative', title: axes.unit, scale: { zero: true } },
      color: { field: 'path', type: 'nominal', title: null, sort: null },
    },
  }
}
