import type { DecisionObserver } from '../decisions/decision.ts'
import { observeDecision } from '../decisions/observe-decision.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import type { LoadedPolicy } from '../policy-set/policy-set.ts'
import type { RegisteredEntry } from '../registration/registered-set.ts'
import type { EntryReview, EntryReviewer } from '../review/entry-reviewer.ts'
import type { Review } from '../review/review.ts'
import type { Reviewer } from '../review/reviewer.ts'
import { HttpError } from './http-error.ts'
import { type Answer, reviewAnswer } from './respond.ts'

/** Who answers reviews, however they come in. */
export interface Answerers {
  readonly policies: PoliciesInForce
  readonly reviewer: Reviewer
  readonly entryReviewer: EntryReviewer
  /** Hears of every review that could be read. */
  readonly onDecision?: DecisionObserver
}

/** Asks one policy. @throws what `toHttpError` understands */
export async function answerForPolicy(
  review: Omit<Review, 'trace'>,
  { reviewer, onDecision }: Answerers,
): Promise<Answer> {
  const verdict = await observeDecision({ ...review, onDecision }, (trace) => reviewer.review({ ...review, trace }))
  return reviewAnswer(review.origin, verdict)
}

/** Asks those of an entry's policies that the request concerns. @throws what `toHttpError` understands */
export async function answerForEntry(
  review: Omit<EntryReview, 'trace'>,
  { entryReviewer, onDecision }: Answerers,
): Promise<Answer> {
  const verdict = await observeDecision({ origin: 'validate', request: review.request, onDecision }, (trace) =>
    entryReviewer.review({ ...review, trace }),
  )
  return reviewAnswer('validate', verdict)
}

/** @throws HttpError 404 */
export function findPolicy({ current }: PoliciesInForce, id: string): LoadedPolicy {
  const policy = current.get(id)
  if (policy === undefined) throw new HttpError(404, `unknown policy: ${id}`)
  return policy
}

/** @throws HttpError 503: failurePolicy decides, and nobody is allowed by policies that somebody else meant */
export function findEntry({ sets }: PoliciesInForce, digest: string, name: string): RegisteredEntry {
  const set = sets.find(digest)
  if (set === undefined) {
    throw new HttpError(503, `the policy set ${digest} is not here; the one in force is ${sets.current.digest}`)
  }
  const entry = set.entries.get(name)
  if (entry === undefined) throw new HttpError(503, `the policy set ${digest} has no entry ${name}`)
  return entry
}
