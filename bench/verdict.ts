import type { ReportRatio, Verdict } from './report.ts'

/** The shim's added latency by the floor's, at the median: up to here it is as it should be, and up to there it will do. */
export const VERDICT_LIMITS = { pass: 2, acceptable: 3 } as const

/** The A/A row may differ from the floor by this share before the run's figures deserve no trust. */
export const MAX_INSTRUMENT_ERROR = 0.15

export interface Judgement {
  readonly verdict: Verdict
  readonly notes: readonly string[]
}

/**
 * Judges by the smallest number of clients: with more, requests queue for the same cores, and the figures say as much
 * about the machine as about the path.
 */
export function judge(ratios: readonly ReportRatio[]): Judgement {
  const clients = Math.min(...ratios.map((ratio) => ratio.clients))
  const medianOf = (row: string) => ratios.find((ratio) => ratio.row === row && ratio.clients === clients)?.p50 ?? null
  const shim = medianOf('shim')
  const again = medianOf('floor-again')
  if (shim === null || again === null) {
    return { verdict: 'fail', notes: ['the floor added nothing that could be measured: repeat with more requests'] }
  }
  const verdict = shim <= VERDICT_LIMITS.pass ? 'pass' : shim <= VERDICT_LIMITS.acceptable ? 'acceptable' : 'fail'
  return { verdict, notes: [explain(shim, clients), ...doubt(again)] }
}

function explain(shim: number, clients: number): string {
  const { pass, acceptable } = VERDICT_LIMITS
  const where = `at the median with ${clients} ${clients === 1 ? 'client' : 'clients'}`
  return `the shim adds ${shim.toFixed(2)} times what the floor adds, ${where} (pass up to ${pass}, acceptable up to ${acceptable})`
}

function doubt(again: number): string[] {
  const error = Math.abs(again - 1)
  if (error <= MAX_INSTRUMENT_ERROR) return []
  const percent = `${(error * 100).toFixed(0)} %`
  return [`the same floor measured twice differs by ${percent}: repeat with more requests, or on a quieter machine`]
}
