import { type AdmissionResponse, rejectWithInternalError } from '../../evaluator/admission-response.ts'
import { applyPolicyMode } from '../../evaluator/policy-mode.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { FailedPolicy, ServedPolicy } from '../policy-set/policy-set.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Review } from './review.ts'
import { toVerdict } from './to-verdict.ts'

export interface ReviewerOptions {
  readonly pool: StartedEvaluatorPool
  readonly metrics: Metrics
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
    const { policy } = review
    return policy.state === 'served' ? this.#evaluate(review, policy) : this.#answerFor(policy, review)
  }

  async #evaluate(review: Review, policy: ServedPolicy): Promise<AdmissionResponse> {
    const { request, origin } = review
    const startedAt = performance.now()
    const limits = { ...review, timeoutMs: policy.timeoutMs }
    const outcome = await this.#options.pool.evaluate(policy.evaluated, request, limits)
    const verdict = toVerdict(outcome, request.uid)
    const response = origin === 'audit' ? verdict : applyPolicyMode(verdict, policy)
    const latencyMs = performance.now() - startedAt
    this.#options.metrics.recordEvaluation(review, verdict, latencyMs)
    this.#log(review, { verdict, response, latencyMs })
    return response
  }

  /** Kubewarden's answer for a policy that refuses its settings is a denial; without a guest there is no answer at all. */
  #answerFor(policy: FailedPolicy, { request }: Review): AdmissionResponse {
    this.#options.metrics.recordInitializationError(policy)
    this.#options.log.warn({ policyId: policy.id, uid: request.uid, error: policy.error }, 'asked for a failed policy')
    if (policy.state === 'settings-refused') return rejectWithInternalError(request.uid, policy.error)
    throw new GatehouseError('ERR_POLICY_NOT_LOADED', `policy ${policy.id} could not be loaded: ${policy.error}`)
  }

  #log({ origin, policy, request }: Review, { verdict, response, latencyMs }: Verdict): void {
    const { log } = this.#options
    const { operation, kind, namespace, name } = request.attributes ?? {}
    const fields = { policyId: policy.id, uid: request.uid, operation, kind: kind?.kind, namespace, name }
    if (policy.mode === 'monitor' && origin !== 'audit') {
      const { allowedToMutate } = policy
      log.info({ ...fields, allowedToMutate, response: verdict }, 'policy evaluation (monitor mode)')
    }
    const { code, message } = response.status ?? {}
    const write = response.allowed || origin === 'audit' ? log.debug : log.info
    const result = { origin, allowed: response.allowed, mutated: response.patch !== undefined, code, reason: message }
    write.call(
      log,
      { ...fields, ...result, latencyMs: Math.round(latencyMs * 1000) / 1000 },
      response.allowed ? 'allowed' : 'denied',
    )
  }
}

interface Verdict {
  readonly verdict: AdmissionResponse
  readonly response: AdmissionResponse
  readonly latencyMs: number
}
