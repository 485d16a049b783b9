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
  /** Most were answered by the front's own thread; else by an evaluator thread. */
  readonly isInFront: boolean
  /** To a thread and back, with nothing to do there. */
  readonly message: Summary
  /** In a loop, in a thread of its own. */
  readonly bare: Summary
  /** What follows each evaluation before the guest can be asked again. */
  readonly cleaning: Summary
  /** Both together: how often the loop turns. */
  readonly bareClosed: Summary
  /** As the shim asks: in the front's thread what is short, in an evaluator thread what is not. */
  readonly through: Summary
  /** The same until the event loop has turned, which is when the front has cleaned up. */
  readonly throughClosed: Summary
  /** In an evaluator thread in any case. */
  readonly thread: Summary
}
