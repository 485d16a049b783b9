import type { Machine } from '../machine.ts'
import type { JudgedGoal, Verdict } from '../report.ts'
import type { Summary } from '../statistics.ts'

/** What evaluations take by themselves; `--output json` prints it as it is. Times are milliseconds. */
export interface EvaluateReport {
  readonly machine: Machine
  readonly rows: readonly EvaluateRow[]
  /** The worst of all goals. */
  readonly verdict: Verdict
}

export interface EvaluateRow extends EvaluateFigures {
  readonly goals: readonly JudgedGoal[]
}

export interface EvaluateFigures {
  readonly policy: string
  readonly executionMode: string
  /** Its instance is kept, and put back after each evaluation. */
  readonly isParked: boolean
  /** To a thread and back, with nothing to do there. */
  readonly message: Summary
  /** In a loop, in a thread of its own. */
  readonly bare: Summary
  /** What follows each evaluation before the guest can be asked again. */
  readonly cleaning: Summary
  /** Through the shim's pool of threads, one after the other, each right after the last answer. */
  readonly through: Summary
  /** The median of the last tenth, by that of the first. */
  readonly drift: number
}
