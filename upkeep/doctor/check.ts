import type { DoctorContext } from './context.ts'
import type { Observation } from './finding.ts'

/** One thing that the doctor looks at. */
export interface Check {
  readonly name: string
  /** What it saw; nothing when there is nothing to look at. What it throws becomes a problem of its name. */
  readonly run: (context: DoctorContext) => Promise<readonly Observation[]>
}
