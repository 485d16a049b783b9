import type { Sample } from './samples.ts'

/** What the thread of the bare loop is asked. */
export type ToLoop = { readonly type: 'nothing' } | EvaluateInLoop

export interface EvaluateInLoop extends Sample {
  readonly type: 'evaluate'
  readonly times: number
}

/** What it answers. */
export type FromLoop = { readonly type: 'nothing' } | LoopTimes

export interface LoopTimes {
  readonly type: 'times'
  /** Milliseconds of each evaluation. */
  readonly evaluations: readonly number[]
  /** Milliseconds that it took after each to make the guest ready for the next. */
  readonly cleanings: readonly number[]
}
