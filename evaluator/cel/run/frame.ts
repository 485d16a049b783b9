import type { Meter } from './meter.ts'
import type { Result, Value } from './values.ts'

/** What one evaluation works with. */
export interface Frame {
  /** The value of a variable of the environment. */
  variable(name: string): Value
  /** The variables of the macros that are running, by the place that planning gave them. */
  readonly locals: Result[]
  readonly meter: Meter
}

/** A part of an expression, ready to run. */
export type Step = (frame: Frame) => Result
