import type { Percentile } from './statistics.ts'

/** What a row is to keep, beside another row of the same run. */
export type Goal = AddedGoal | ThroughputGoal

/** A row's added latency by another's. Judged with the fewest clients: with more, figures say as much about the machine. */
export interface AddedGoal {
  readonly row: string
  readonly comparedWith: 'the floor' | 'one policy'
  readonly percentile: Percentile
  readonly pass: number
  /** Will do up to here. */
  readonly acceptable?: number
}

/** A row's requests per second by the floor's, with the most clients; a single client keeps nothing busy. */
export interface ThroughputGoal {
  readonly row: string
  readonly atLeast: number
}

/** One policy on one ordinary request. */
export const ONE_POLICY_LIMITS = {
  p50: { pass: 1.25, acceptable: 1.5 },
  p99: { pass: 1.5 },
  throughput: 0.8,
} as const

/** So many policies in one entry, by one. */
export const GROWTH_LIMITS = { pass: 2 } as const

/** Objects that are larger than ordinary ones. */
export const LARGE_OBJECT_LIMITS = { pass: 1.3 } as const

/** One policy behind a row that asks it about an ordinary object. */
export function onePolicyGoals(row: string): Goal[] {
  const { p50, p99, throughput } = ONE_POLICY_LIMITS
  return [
    { row, comparedWith: 'the floor', percentile: 'p50', ...p50 },
    { row, comparedWith: 'the floor', percentile: 'p99', ...p99 },
    { row, atLeast: throughput },
  ]
}
