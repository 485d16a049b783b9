import type { Log } from '../../util/log.ts'
import type { DecisionObserver } from '../decisions/decision.ts'
import type { Fallback } from '../fallback/fallback.ts'
import { withFallback } from '../fallback/with-fallback.ts'
import type { NamespaceLabels } from '../namespaces/namespace-labels.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import { EntryReviewer } from '../review/entry-reviewer.ts'
import type { Reviewer } from '../review/reviewer.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Answerers } from './answer-review.ts'
import type { Drain } from './drain.ts'
import type { Answerer } from './exchange.ts'
import { HttpError } from './http-error.ts'
import { createProbes } from './probes.ts'
import { createRequestHandler } from './request-handler.ts'
import { createReviewHandler } from './review-handler.ts'

export interface HandlersOptions {
  readonly policies: PoliciesInForce
  readonly reviewer: Reviewer
  readonly metrics: Metrics
  readonly drain: Drain
  readonly onDecision?: DecisionObserver
  /** Given where the shim decides namespaceSelectors. */
  readonly namespaces?: NamespaceLabels | undefined
  /** Given when somebody else can answer what this shim cannot. */
  readonly fallback?: Fallback | undefined
  readonly log: Log
}

export interface Handlers {
  /** Answers reviews and probes. */
  readonly answer: Answerer
  /** Answers probes only: its port is plain HTTP, and open to whoever asks for readiness. */
  readonly answerProbes: Answerer
  /** For those who ask without HTTP. */
  readonly answerers: Answerers
}

export function createHandlers(options: HandlersOptions): Handlers {
  const { fallback, log } = options
  const probes = createProbes(options)
  const answerers = { ...options, entryReviewer: new EntryReviewer(options) }
  const own = createReviewHandler(answerers)
  const review = fallback === undefined ? own : withFallback(own, fallback)
  return {
    answer: createRequestHandler({ review, probes, log }),
    answerers,
    answerProbes: createRequestHandler({ review: refuseReview, probes, log }),
  }
}

async function refuseReview(): Promise<never> {
  throw new HttpError(404, 'only probes are answered on this port')
}
