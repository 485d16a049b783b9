import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { RequestAttributes } from '../../evaluator/request-attributes.ts'
import { messageOf } from '../../util/errors.ts'
import type { ReviewOrigin } from '../review/review-origin.ts'
import { cutText } from './cut-text.ts'
import type { DecisionObserver } from './decision.ts'
import { DecisionTrace, describeAnswer, microsSince } from './decision-trace.ts'

/** One request, and who wants to hear what becomes of it. */
export interface ObservedReview {
  readonly origin: ReviewOrigin
  readonly request: { readonly uid: string; readonly attributes?: RequestAttributes }
  readonly onDecision?: DecisionObserver | undefined
}

/** Reviews a request, and tells the observer what came of it. Without one it costs nothing. @throws what `review` throws */
export async function observeDecision(
  { origin, request: { uid, attributes }, onDecision }: ObservedReview,
  review: (trace?: DecisionTrace) => Promise<AdmissionResponse>,
): Promise<AdmissionResponse> {
  if (onDecision === undefined) return review()
  const at = new Date()
  const startedAt = performance.now()
  const trace = new DecisionTrace()
  const tell = (outcome: ReturnType<typeof describeAnswer> | { readonly error: string }) =>
    onDecision({
      ...{ at, origin, uid },
      ...(attributes === undefined ? {} : { attributes }),
      policies: trace.policies,
      ...outcome,
      micros: microsSince(startedAt),
    })
  try {
    const response = await review(trace)
    tell(describeAnswer(response))
    return response
  } catch (error) {
    tell({ error: cutText(messageOf(error)) })
    throw error
  }
}
