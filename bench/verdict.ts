import { rowOf } from './policy-sets.ts'
import type { BenchReport, ReportRatio, Verdict } from './report.ts'

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
  const shim = ratios.find((ratio) => ratio.row === 'shim' && ratio.clients === clients)?.p50 ?? null
  if (shim === null) {
    return { verdict: 'fail', notes: ['the floor added nothing that could be measured: repeat with more requests'] }
  }
  const verdict = shim <= VERDICT_LIMITS.pass ? 'pass' : shim <= VERDICT_LIMITS.acceptable ? 'acceptable' : 'fail'
  return {
    verdict,
    notes: [explain(shim, clients), ...doubts(ratios)],
  }
}

/** What so many policies in one entry may add, by what one adds, at the median. */
export const MAX_GROWTH = 3

/** Judges by the largest number of policies that share an entry, and the fewest clients. */
export function judgeGrowth({
  rows,
  ratios,
  growth,
}: Required<Pick<BenchReport, 'rows' | 'ratios' | 'growth'>>): Judgement {
  const clients = Math.min(...rows.map((row) => row.clients))
  const counts = rows.map(({ policies = 1 }) => policies)
  const row = rowOf('combined', Math.max(...counts))
  const most = growth.find((ratio) => ratio.row === row && ratio.clients === clients)?.p50 ?? null
  if (most === null) return { verdict: 'fail', notes: ['there is nothing to compare with: repeat with more requests'] }
  const adds = `${row} adds ${most.toFixed(2)} times what one policy adds`
  return {
    verdict: most <= MAX_GROWTH ? 'pass' : 'fail',
    notes: [`${adds}, at the median with ${countClients(clients)} (pass up to ${MAX_GROWTH})`, ...doubts(ratios)],
  }
}

function doubts(ratios: readonly ReportRatio[]): string[] {
  return ratios.filter(({ row }) => row === 'floor-again').flatMap(doubt)
}

function explain(shim: number, clients: number): string {
  const { pass, acceptable } = VERDICT_LIMITS
  const where = `at the median with ${countClients(clients)}`
  return `the shim adds ${shim.toFixed(2)} times what the floor adds, ${where} (pass up to ${pass}, acceptable up to ${acceptable})`
}

function doubt({ p50, clients }: ReportRatio): string[] {
  const error = Math.abs((p50 ?? 0) - 1)
  if (error <= MAX_INSTRUMENT_ERROR) return []
  const differs = `with ${countClients(clients)} the same floor measured twice differs by ${(error * 100).toFixed(0)} %`
  return [`${differs}: repeat with more requests, or on a quieter machine`]
}

function countClients(clients: number): string {
  return clients === 1 ? '1 client' : `${clients} clients`
}
