import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { FallbackReason, FallbackResult } from '../fallback/fallback-usage.ts'
import type { PullResult } from '../modules/remote-module.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import type { FailedPolicy } from '../policy-set/policy-set.ts'
import type { PoolStats } from '../pool/evaluator-pool.ts'
import type { EndReason } from '../pool/evaluator-thread.ts'
import type { DisabledPolicies } from '../review/disabled-policies.ts'
import type { Review } from '../review/review.ts'
import { AfterAnswers } from './after-answers.ts'
import { BoundedValues } from './bounded-values.ts'
import { PolicyStatistics } from './policy-statistics.ts'
import { observeCertificate, observeDisabled, observeState } from './state-gauges.ts'

const EVALUATION_LABELS = [
  'policy_name',
  'policy_mode',
  'resource_kind',
  'resource_namespace',
  'resource_request_operation',
  'accepted',
  'mutated',
  'request_origin',
  'error_code',
] as const

// Kubewarden's start at 5 ms, where our evaluations end.
const LATENCY_BUCKETS_MS = [
  0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
]

// Between two looks at how late the event loop is, of which a shim that nobody asks does little else: 10 ms by default, which took it
// 0.6 % of a processor. The nodejs_eventloop_lag_* quantiles contain it.
const LOOP_TICK_MS = 100

/** `success`: all of it is in force. `partial`: but for policies that were refused. `failure`: nothing of it. */
export type ReloadResult = 'success' | 'partial' | 'failure'

type EvaluationLabels = Partial<Record<(typeof EVALUATION_LABELS)[number], string>>

/** What `/metrics` shows. Kubewarden's names and labels, so that its dashboards work; ours start with `gatehouse_`. */
export class Metrics {
  /** The same in small, for `gatehouse top`. */
  readonly statistics = new PolicyStatistics()
  readonly #registry = new Registry()
  readonly #afterAnswers = new AfterAnswers()
  readonly #evaluations: Counter<(typeof EVALUATION_LABELS)[number] | 'initialization_error'>
  readonly #latency: Histogram<(typeof EVALUATION_LABELS)[number]>
  readonly #threadsEnded: Counter<'reason'>
  readonly #reloads: Counter<'result'>
  readonly #pulls: Counter<'result'>
  readonly #disabledReviews: Counter<'policy_name'>
  readonly #exemptedReviews: Counter<'policy_name'>
  readonly #decisionsDropped: Counter
  readonly #fallbacks: Counter<'reason' | 'result'>
  // What one cluster plausibly has; anything beyond shares the value `other`.
  readonly #namespaces = new BoundedValues(1000)
  readonly #kinds = new BoundedValues(1000)
  readonly #operations = new BoundedValues(10)
  readonly #codes = new BoundedValues(100)

  constructor() {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_TICK_MS })
    this.#evaluations = new Counter({
      name: 'kubewarden_policy_evaluations_total',
      help: 'Number of policy evaluations; accepted and mutated say what the policy itself decided.',
      labelNames: [...EVALUATION_LABELS, 'initialization_error'],
      registers,
    })
    this.#latency = new Histogram({
      name: 'kubewarden_policy_evaluation_latency_milliseconds',
      help: 'Duration of policy evaluations, the wait for a thread included, in milliseconds.',
      labelNames: EVALUATION_LABELS,
      buckets: LATENCY_BUCKETS_MS,
      registers,
    })
    this.#threadsEnded = new Counter({
      name: 'gatehouse_evaluator_threads_ended_total',
      help: 'Evaluator threads that ended before the shim did: deadline, cancelled or crashed.',
      labelNames: ['reason'],
      registers,
    })
    this.#reloads = new Counter({
      name: 'gatehouse_policies_reloads_total',
      help: 'Reloads of the policies: success, partial (some policies were refused) or failure (nothing changed).',
      labelNames: ['result'],
      registers,
    })
    for (const result of ['success', 'partial', 'failure'] as const) this.#reloads.inc({ result }, 0)
    this.#pulls = new Counter({
      name: 'gatehouse_module_pulls_total',
      help: 'Attempts to pull a module: pulled, unchanged, stored (its source could not be asked) or failed.',
      labelNames: ['result'],
      registers,
    })
    this.#disabledReviews = new Counter({
      name: 'gatehouse_disabled_reviews_total',
      help: 'Requests that were allowed unasked, because the policy was disabled by hand.',
      labelNames: ['policy_name'],
      registers,
    })
    this.#exemptedReviews = new Counter({
      name: 'gatehouse_exempted_reviews_total',
      help: "Requests that were allowed unasked, because one of the policy's exemptions covers them.",
      labelNames: ['policy_name'],
      registers,
    })
    this.#decisionsDropped = new Counter({
      name: 'gatehouse_decisions_dropped_total',
      help: 'Lines of the decision log that could not be written, or not in time.',
      registers,
    })
    this.#fallbacks = new Counter({
      name: 'gatehouse_fallback_requests_total',
      help: 'Requests that were passed on to the fallback: why, and whether it answered or failed.',
      labelNames: ['reason', 'result'],
      registers,
    })
  }

  /** Counts one verdict as the policy itself gave it, so that what monitor mode hides stays visible. */
  recordEvaluation(review: Review, verdict: AdmissionResponse, latencyMs: number): void {
    const decision = toDecision(review, verdict)
    this.#afterAnswers.add(() => {
      const labels = this.#labelsOf(decision)
      this.#evaluations.inc(labels)
      this.#latency.observe(labels, latencyMs)
    })
    this.statistics.recordVerdict(review.policy.id, verdict, latencyMs)
  }

  /** Counts a request for a policy that could not be loaded. */
  recordInitializationError({ id, error }: FailedPolicy): void {
    this.#evaluations.inc({ policy_name: id, initialization_error: error })
    this.statistics.recordError(id, error)
  }

  /** Counts a request that a disabled policy was not asked about. */
  recordDisabledReview(policyId: string): void {
    this.#disabledReviews.inc({ policy_name: policyId })
    this.statistics.recordDisabled(policyId)
  }

  /** Counts a request that a policy was not asked about, because it is exempted. */
  recordExemptedReview(policyId: string): void {
    this.#exemptedReviews.inc({ policy_name: policyId })
    this.statistics.recordExempted(policyId)
  }

  recordDroppedDecisions(count: number): void {
    this.#decisionsDropped.inc(count)
  }

  /** Counts a request that the fallback was asked to answer. */
  recordFallback(reason: FallbackReason, result: FallbackResult): void {
    this.#fallbacks.inc({ reason, result })
  }

  recordThreadEnd(reason: EndReason): void {
    this.#threadsEnded.inc({ reason })
  }

  /** Ends the time series of policies that are gone: ids come and go as long as the process lives. */
  async forgetPolicies(ids: ReadonlySet<string>): Promise<void> {
    this.#afterAnswers.run()
    const isGone = (labels: { readonly policy_name?: string | number }) => ids.has(String(labels.policy_name))
    for (const { labels } of (await this.#evaluations.get()).values) {
      if (isGone(labels)) this.#evaluations.remove(labels)
    }
    for (const { labels, metricName } of (await this.#latency.get()).values) {
      // one of the several values of a series, and the one whose labels are the series' own
      if (metricName?.endsWith('_count') && isGone(labels)) this.#latency.remove(labels)
    }
    for (const id of ids) {
      this.#disabledReviews.remove({ policy_name: id })
      this.#exemptedReviews.remove({ policy_name: id })
    }
    this.statistics.forget(ids)
  }

  recordReload(result: ReloadResult): void {
    this.#reloads.inc({ result })
  }

  /** Counts one attempt to get a module from where its reference says. */
  recordPull(result: PullResult): void {
    this.#pulls.inc({ result })
  }

  observe(readPool: () => PoolStats, policies: PoliciesInForce): void {
    observeState(this.#registry, readPool, policies)
  }

  observeDisabled(disabled: DisabledPolicies, policies: PoliciesInForce): void {
    observeDisabled(this.#registry, disabled, policies)
  }

  observeCertificate(readEnds: () => Readonly<Record<string, Date>>): void {
    observeCertificate(this.#registry, readEnds)
  }

  /** The exposition format of Prometheus, and its media type. */
  async expose(): Promise<{ contentType: string; text: string }> {
    this.#afterAnswers.run()
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #labelsOf({ origin, policy, attributes, accepted, mutated, code }: Decision): EvaluationLabels {
    return {
      policy_name: policy.id,
      policy_mode: policy.mode,
      accepted: String(accepted),
      mutated: String(mutated),
      ...(code === undefined ? {} : { error_code: this.#codes.admit(String(code)) }),
      ...(attributes === undefined
        ? {}
        : {
            request_origin: origin,
            resource_kind: this.#kinds.admit((attributes.requestKind ?? attributes.kind).kind),
            resource_request_operation: this.#operations.admit(attributes.operation),
            ...(attributes.namespace === undefined
              ? {}
              : { resource_namespace: this.#namespaces.admit(attributes.namespace) }),
          }),
    }
  }
}

/** What is counted of a verdict; the request's bytes are not kept for it. */
interface Decision {
  readonly origin: Review['origin']
  readonly policy: Review['policy']
  readonly attributes: Review['request']['attributes']
  readonly accepted: boolean
  readonly mutated: boolean
  readonly code: number | undefined
}

function toDecision({ origin, policy, request }: Review, { allowed, patch, status }: AdmissionResponse): Decision {
  const { attributes } = request
  return { origin, policy, attributes, accepted: allowed, mutated: patch !== undefined, code: status?.code }
}
