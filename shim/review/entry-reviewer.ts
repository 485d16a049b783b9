import type { EvaluationRequest, LabelSpans, RequestAttributes } from '../../evaluator/admission-request.ts'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import { rejectWithInternalError } from '../../evaluator/admission-response.ts'
import type { Match } from '../../evaluator/matching/match.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { DecisionTrace } from '../decisions/decision-trace.ts'
import type { NamespaceLabels } from '../namespaces/namespace-labels.ts'
import type { LoadedPolicy } from '../policy-set/policy-set.ts'
import type { RegisteredEntry } from '../registration/registered-set.ts'
import { joinAnswers } from './join-answers.ts'
import { type LookedUp, lookUpNamespace } from './look-up-namespace.ts'
import type { Answered, MemberAnswer, Unanswered } from './member-answer.ts'
import { MutationOrder } from './mutation-order.ts'
import { toPatienceMs } from './patience.ts'
import { ReviewedRequest } from './reviewed-request.ts'
import type { Reviewer } from './reviewer.ts'

/** A request that came by an entry which policies share. */
export interface EntryReview {
  readonly entry: RegisteredEntry
  readonly request: EvaluationRequest & { readonly attributes: RequestAttributes; readonly labelSpans?: LabelSpans }
  /** The `performance.now()` after which nobody waits for the verdict any more. */
  readonly deadline: number
  readonly signal: AbortSignal
  /** Follows what each policy makes of the request, where somebody wants to know. */
  readonly trace?: DecisionTrace | undefined
}

export interface EntryReviewerOptions {
  readonly reviewer: Reviewer
  /** Given where the shim decides namespaceSelectors. */
  readonly namespaces?: NamespaceLabels | undefined
  readonly log: Log
}

/** Answers once for all the policies of an entry that a request concerns. */
export class EntryReviewer {
  readonly #options: EntryReviewerOptions

  constructor(options: EntryReviewerOptions) {
    this.#options = options
  }

  /** @throws ERR_ENTRY_UNANSWERED when a policy could not be asked and none denied: then failurePolicy decides */
  async review(review: EntryReview): Promise<AdmissionResponse> {
    const { planned, members } = review.entry
    const [only] = members
    // all that the API server looks at stands in the entry itself
    if (members.length === 1 && only !== undefined) return this.#askAlone(only, review)
    const looked = await this.#lookUpNamespace(review)
    if ('denial' in looked) return looked.denial
    const request = new ReviewedRequest(review.request, looked.labels)
    const answers =
      planned.phase === 'validating' ? await this.#askAll(request, review) : await this.#askInOrder(request, review)
    return this.#conclude(answers, review)
  }

  async #lookUpNamespace({ entry, request, signal }: EntryReview): Promise<LookedUp> {
    const { reviewer } = this.#options
    // who breaks the glass may do so because nobody can be asked for a namespace
    if (entry.members.every((policy) => reviewer.isDisabled(policy))) return { labels: undefined }
    const { matchable } = new ReviewedRequest(request)
    return lookUpNamespace(matchable, entry, this.#options.namespaces, { uid: request.uid, signal })
  }

  async #askAlone(policy: LoadedPolicy, { entry: _, ...review }: EntryReview): Promise<AdmissionResponse> {
    return this.#options.reviewer.review({ ...review, origin: 'validate', policy })
  }

  async #askAll(request: ReviewedRequest, review: EntryReview): Promise<MemberAnswer[]> {
    const matches = review.entry.members.map((policy) => ({ policy, match: this.#match(policy, request) }))
    const mismatches = matches
      .map(({ policy, match }) => ('error' in match ? this.#answerMismatch(policy, match.error, review) : undefined))
      .filter((answer) => answer !== undefined)
    // as the API server, which then calls nobody
    if (mismatches.length > 0) return mismatches
    const concerned = matches.filter(({ match }) => 'matches' in match && match.matches)
    return Promise.all(concerned.map(({ policy }) => this.#ask(policy, request.shared(), review)))
  }

  /** Until one denies, or cannot be asked where that decides. */
  async #askInOrder(first: ReviewedRequest, review: EntryReview): Promise<MemberAnswer[]> {
    const { planned, members } = review.entry
    const order = new MutationOrder(members.length, planned.reinvocationPolicy)
    const answers: MemberAnswer[] = []
    let request = first
    for (const position of order.turns()) {
      const policy = members[position]
      const answer = policy && (await this.#askIfConcerned(policy, request, review))
      if (answer === undefined) continue
      answers.push(answer)
      if (isFinal(answer, review)) break
      if (answer.kind === 'unanswered') continue
      const { patch } = answer.response
      // whoever changes anything else is the last one that the request concerns
      if (patch !== undefined && policy?.mutates === 'metadata') request = request.patched(patch)
      order.record(position, patch !== undefined)
    }
    return answers
  }

  #match(policy: LoadedPolicy, { matchable }: ReviewedRequest): Match {
    const match = policy.matcher?.match(matchable) ?? { matches: false }
    // of a disabled policy nothing is asked, its conditions neither
    return 'error' in match && this.#options.reviewer.isDisabled(policy) ? { matches: true } : match
  }

  async #askIfConcerned(
    policy: LoadedPolicy,
    request: ReviewedRequest,
    review: EntryReview,
  ): Promise<MemberAnswer | undefined> {
    const match = this.#match(policy, request)
    if ('error' in match) return this.#answerMismatch(policy, match.error, review)
    return match.matches ? this.#ask(policy, request.copy(), review) : undefined
  }

  async #ask(policy: LoadedPolicy, request: EntryReview['request'], review: EntryReview): Promise<MemberAnswer> {
    try {
      const { timeoutSeconds } = policy.spec.registration ?? {}
      const patience = timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : toPatienceMs(timeoutSeconds * 1000)
      const deadline = Math.min(review.deadline, performance.now() + patience)
      const { signal, trace } = review
      const response = await this.#options.reviewer.review({
        origin: 'validate',
        policy,
        request,
        deadline,
        signal,
        trace,
      })
      return { kind: 'answered', policy, response }
    } catch (error) {
      review.signal.throwIfAborted()
      return { kind: 'unanswered', policy, error: messageOf(error), cause: error }
    }
  }

  // The API server forbids what it cannot tell the conditions of; with Ignore the policy is passed over.
  #answerMismatch(
    policy: LoadedPolicy,
    error: string,
    { entry, request, trace }: EntryReview,
  ): MemberAnswer | undefined {
    if (entry.planned.failurePolicy === 'Ignore') return undefined
    const { status, ...denial } = rejectWithInternalError(request.uid, error)
    const response = { ...denial, status: { ...status, code: 403 } }
    trace?.note(policy.id, response)
    return { kind: 'answered', policy, response }
  }

  #conclude(answers: readonly MemberAnswer[], { entry, request }: EntryReview): AdmissionResponse {
    const answered = answers.filter((answer): answer is Answered => answer.kind === 'answered')
    const unanswered = answers.filter((answer): answer is Unanswered => answer.kind === 'unanswered')
    const isDenied = answered.some(({ response }) => !response.allowed)
    if (unanswered.length > 0 && !isDenied && entry.planned.failurePolicy === 'Fail') throw refuse(unanswered)
    for (const { policy, error } of unanswered) {
      this.#options.log.warn({ policyId: policy.id, uid: request.uid, error }, 'a policy could not be asked')
    }
    return joinAnswers(request.uid, answered)
  }
}

function isFinal(answer: MemberAnswer, { entry }: EntryReview): boolean {
  return answer.kind === 'answered' ? !answer.response.allowed : entry.planned.failurePolicy === 'Fail'
}

function refuse(unanswered: readonly Unanswered[]): GatehouseError {
  const reasons = unanswered.map(({ policy, error }) => `policy ${policy.id}: ${error}`)
  return new GatehouseError('ERR_ENTRY_UNANSWERED', reasons.join('; '), { cause: unanswered[0]?.cause })
}
