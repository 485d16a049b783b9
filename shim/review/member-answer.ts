import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { LoadedPolicy } from '../policy-set/policy-set.ts'

/** What came of asking one member of an entry. */
export type MemberAnswer = Answered | Unanswered

export interface Answered {
  readonly kind: 'answered'
  readonly policy: LoadedPolicy
  readonly response: AdmissionResponse
}

/** Nobody can say what the policy would have answered; the entry's failurePolicy decides. */
export interface Unanswered {
  readonly kind: 'unanswered'
  readonly policy: LoadedPolicy
  readonly error: string
  readonly cause?: unknown
}
