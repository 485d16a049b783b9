import type { EvaluationRequest, RequestAttributes } from '../../evaluator/admission-request.ts'
import type { LoadedPolicy } from '../policy-set/policy-set.ts'

/** Which of Kubewarden's three endpoints was asked. */
export type ReviewOrigin = 'validate' | 'validate_raw' | 'audit'

export interface Review {
  readonly origin: ReviewOrigin
  readonly policy: LoadedPolicy
  readonly request: EvaluationRequest & { readonly attributes?: RequestAttributes }
  /** The `performance.now()` after which nobody waits for the verdict any more. */
  readonly deadline: number
  readonly signal: AbortSignal
}
