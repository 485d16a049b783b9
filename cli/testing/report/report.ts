import type { FileResult } from '../run-tests.ts'
import type { TestCase } from '../test-case.ts'

/** What there is to report of a run. */
export interface Report {
  readonly files: readonly FileResult[]
  readonly seconds: number
  /** The lines that the policy wrote while the case ran. */
  readonly logOf: (testCase: TestCase) => readonly string[]
}
