import type { EvaluationRequest, RequestAttributes } from '../../evaluator/admission-request.ts'
import type { DecisionTrace } from '../decisions/decision-trace.ts'
import type { LoadedPolicy } from '../policy-set/policy-set.ts'
import type { ReviewOrigin } from './review-origin.ts'

export interface Review {
  readonly origin: ReviewOrigin
  readonly policy: LoadedPolicy
  readonly request: EvaluationRequest & { readonly attributes?: RequestAttributes }
  /** The `performance.now()` after which nobody waits for the verdict any more. */
  readonly deadline: number
  readonly signal: AbortSignal
  /** Follows what each policy makes of the request, where somebody wants to know. */
  readonly trace?: DecisionTrace | undefined
}
