import { type AdmissionResponse, rejectWithInternalError } from '../../evaluator/admission-response.ts'
import { applyPolicyMode } from '../../evaluator/policy-mode.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { holdsSecrets, REDACTED } from '../decisions/decision-line.ts'
import type { Judgement } from '../decisions/decision-trace.ts'
import type { Exemption } from '../exemptions/exemption.ts'
import { findExemption } from '../exemptions/find-exemption.ts'
import { isGroup } from '../policies/policy-spec.ts'
import type { FailedPolicy, LoadedPolicy, ServedPolicy } from '../policy-set/policy-set.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { answerDisabled } from './answer-disabled.ts'
import { answerExempted } from './answer-exempted.ts'
import { askPolicy } from './ask-policy.ts'
import type { DisabledPolicies, Disablement } from './disabled-policies.ts'
import type { Review } from './review.ts'

export interface ReviewerOptions {
  readonly pool: StartedEvaluatorPool
  readonly metrics: Metrics
  readonly disabled: DisabledPolicies
  readonly log: Log
}

/** Gives verdicts, and leaves a trace of each in metrics and log. */
export class Reviewer {
  readonly #options: ReviewerOptions

  constructor(options: ReviewerOptions) {
    this.#options = options
  }

  /** One verdict, whatever the policy does. @throws what leaves the decision to failurePolicy, such as ERR_POOL_FULL */
  async review(review: Review): Promise<AdmissionResponse> {
    const { policy, trace } = review
    if (trace !== undefined) return trace.follow(policy.id, () => this.#judge(review))
    return (await this.#judge(review)).response
  }

  async #judge(review: Review): Promise<Judgement> {
    const { policy, signal, origin, request } = review
    const disablement = this.#options.disabled.find(policy.id)
    if (disablement !== undefined) return this.#allowUnasked(review, disablement)
    // an audit is about the objects that are there, whoever was let past
    const exemption = origin === 'audit' ? undefined : findExemption(policy.spec.exemptions, request, Date.now())
    if (exemption !== undefined) return this.#exempt(review, exemption)
    if (policy.state !== 'served') return { response: this.#answerFor(policy, review) }
    try {
      return await this.#evaluate(review, policy)
    } catch (error) {
      // a client that went away is no fault of the policy's
      if (!signal.aborted) this.#options.metrics.statistics.recordError(policy.id, messageOf(error))
      throw error
    }
  }

  /** Whether its requests are allowed unasked now. */
  isDisabled({ id }: LoadedPolicy): boolean {
    return this.#options.disabled.find(id) !== undefined
  }

  #allowUnasked({ policy, request }: Review, disablement: Disablement): Judgement {
    const { metrics, log } = this.#options
    const { until } = disablement
    metrics.recordDisabledReview(policy.id)
    log.info({ ...describe(policy.id, request), until }, 'allowed unasked: the policy is disabled')
    return { response: answerDisabled(request.uid, policy.id, disablement), disabled: true }
  }

  #exempt({ policy, request }: Review, exemption: Exemption): Judgement {
    const { metrics, log } = this.#options
    const { reason, until } = exemption
    metrics.recordExemptedReview(policy.id)
    const { userName } = request.attributes ?? {}
    log.info({ ...describe(policy.id, request), userName, reason, until }, 'allowed unasked: the request is exempted')
    return { response: answerExempted(request.uid, policy.id, exemption), exempted: reason }
  }

  async #evaluate(review: Review, policy: ServedPolicy): Promise<Judgement> {
    const { request, origin } = review
    const startedAt = performance.now()
    const verdict = await askPolicy(policy, request, {
      pool: this.#options.pool,
      deadline: review.deadline,
      signal: review.signal,
      onMemberFailure: (memberId, response) => this.#tellMemberFailure(memberId, response, request),
    })
    const response = origin === 'audit' ? verdict : applyPolicyMode(verdict, policy)
    const latencyMs = performance.now() - startedAt
    this.#options.metrics.recordEvaluation(review, verdict, latencyMs)
    this.#log(review, { verdict, response, latencyMs })
    return { response, verdict }
  }

  #tellMemberFailure(memberId: string, response: AdmissionResponse, request: Review['request']): void {
    const { message } = toldOf(response, request).status ?? {}
    this.#options.log.warn({ ...describe(memberId, request), reason: message }, 'a member of the group failed')
  }

  /** Kubewarden's answer for a policy that refuses its settings is a denial; without a guest there is no answer at all. */
  #answerFor(policy: FailedPolicy, { request }: Review): AdmissionResponse {
    this.#options.metrics.recordInitializationError(policy)
    this.#options.log.warn({ policyId: policy.id, uid: request.uid, error: policy.error }, 'asked for a failed policy')
    // a group that is missing a member still has an expression to deny by, whatever its failurePolicy
    if (isGroup(policy.spec))
      return rejectWithInternalError(request.uid, `policy group ${policy.id} could not be loaded: ${policy.error}`)
    if (policy.state === 'settings-refused') return rejectWithInternalError(request.uid, policy.error)
    throw new GatehouseError('ERR_POLICY_NOT_LOADED', `policy ${policy.id} could not be loaded: ${policy.error}`)
  }

  #log({ origin, policy, request }: Review, { verdict, response, latencyMs }: Verdict): void {
    const { log } = this.#options
    const level = response.allowed || origin === 'audit' ? 'debug' : 'info'
    const isMonitored = policy.mode === 'monitor' && origin !== 'audit'
    // which is nearly always so
    if (!isMonitored && !log.isLevelEnabled(level)) return
    const fields = describe(policy.id, request)
    if (isMonitored) {
      const { allowedToMutate } = policy
      log.info({ ...fields, allowedToMutate, response: toldOf(verdict, request) }, 'policy evaluation (monitor mode)')
    }
    const { code, message } = toldOf(response, request).status ?? {}
    const result = { origin, allowed: response.allowed, mutated: response.patch !== undefined, code, reason: message }
    log[level](
      { ...fields, ...result, latencyMs: Math.round(latencyMs * 1000) / 1000 },
      response.allowed ? 'allowed' : 'denied',
    )
  }
}

/** What may be written down: nothing that a policy says of a credential, which it may quote, and no patch of one. */
function toldOf(response: AdmissionResponse, { attributes }: Review['request']): AdmissionResponse {
  if (attributes === undefined || !holdsSecrets(attributes)) return response
  const { uid, allowed, status } = response
  const told = status && { ...(status.code !== undefined && { code: status.code }), message: REDACTED }
  return { uid, allowed, ...(told && { status: told }), auditAnnotations: null, warnings: null }
}

function describe(policyId: string, { uid, attributes }: Review['request']) {
  const { operation, kind, namespace, name } = attributes ?? {}
  return { policyId, uid, operation, kind: kind?.kind, namespace, name }
}

interface Verdict {
  readonly verdict: AdmissionResponse
  readonly response: AdmissionResponse
  readonly latencyMs: number
}
