/** What a row of samples comes down to, in milliseconds. */
export interface Summary {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

export const PERCENTILES = ['p50', 'p90', 'p99'] as const
export type Percentile = (typeof PERCENTILES)[number]

const RANKS: Readonly<Record<Percentile, number>> = { p50: 0.5, p90: 0.9, p99: 0.99 }

/** Exact percentiles by nearest rank: every figure is a latency that was measured, none is interpolated. */
export function summarize(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('no samples to summarize')
  const sorted = Float64Array.from(samples).sort()
  const at = (rank: number) => sorted[Math.ceil(rank * sorted.length) - 1] ?? Number.NaN
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, sample) => sum + sample, 0) / sorted.length,
    p50: at(RANKS.p50),
    p90: at(RANKS.p90),
    p99: at(RANKS.p99),
  }
}

/** The 0th to the 100th percentile, by nearest rank, to the microsecond: what a plot of the distribution needs. */
export function quantiles(samples: readonly number[]): number[] {
  const sorted = Float64Array.from(samples).sort()
  return Array.from({ length: 101 }, (_, percent) => {
    const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length))
    return Math.round((sorted[rank - 1] ?? Number.NaN) * 1000) / 1000
  })
}

/** The middle of some figures, the upper one of two. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}

/** Latency added by a path: its percentile less the same percentile of its own API server's baseline. */
export type Added = Readonly<Record<Percentile, number>>

export function subtract(summary: Summary, baseline: Summary): Added {
  return { p50: summary.p50 - baseline.p50, p90: summary.p90 - baseline.p90, p99: summary.p99 - baseline.p99 }
}

/** A path's added latency by the floor's; undefined where the floor added nothing that could be measured. */
export function ratio(added: number, floor: number): number | undefined {
  return floor > 0 ? added / floor : undefined
}
