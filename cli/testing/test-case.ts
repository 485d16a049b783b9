import type { EvaluationRequest, ParsedAdmissionRequest } from '../../evaluator/admission-request.ts'
import type { LosslessValue } from '../../evaluator/lossless-json.ts'
import type { PreparedPolicy } from '../evaluation/ask-policy.ts'
import type { Expectation } from './expectation-schema.ts'

/** A file of policy tests that can be run. */
export interface TestFile {
  readonly file: string
  readonly cases: readonly TestCase[]
}

/** One thing to ask a policy, and what it shall say. */
export interface TestCase {
  readonly file: string
  /** Where the case begins. */
  readonly line: number
  readonly name: string
  /** With the case's own settings, under an id that is the case's own. */
  readonly policy: PreparedPolicy
  /** Absent for a case that is only about settings. */
  readonly request?: EvaluationRequest | ParsedAdmissionRequest
  readonly expected: ExpectedAnswer
}

/** As the file has it; the documents are read. */
export interface ExpectedAnswer extends Omit<Expectation, 'object' | 'patch'> {
  /** What the policy makes of the object. */
  readonly object?: LosslessValue
  readonly patch?: LosslessValue
}
