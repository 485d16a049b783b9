import { type AdmissionResponse, rejectWithInternalError } from '../../evaluator/admission-response.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import type { Outcome } from '../pool/outcome.ts'
import { timeoutMessage } from './timeout-message.ts'

/** The verdict that an evaluation comes to, however it ended: a guest that did not answer has denied. */
export function toVerdict(
  outcome: Outcome<AdmissionResponse>,
  { module }: EvaluatedPolicy,
  uid: string,
): AdmissionResponse {
  switch (outcome.kind) {
    case 'answered':
      return outcome.value
    case 'timed-out':
      return rejectWithInternalError(uid, timeoutMessage(module.executionMode))
    case 'failed':
      return rejectWithInternalError(uid, `internal server error: ${outcome.message}`)
  }
}
