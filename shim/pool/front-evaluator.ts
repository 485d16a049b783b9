import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { MeteredEvaluator } from '../../evaluator/metered-evaluator.ts'
import type { PolicyLog } from './messages.ts'
import { Pace } from './pace.ts'

// What most policies do with 25 kB, in some 0.3 ms; or 3 to 20 ms of a loop that does nothing but burn it. Time is looked at
// between calls of the host only, whose work is short for the guests that come here.
const LIMITS = { fuel: 10_000_000, timeMs: 10 }

/**
 * Evaluates in the thread that answers requests, as far as that is short: a message to another thread and back takes longer than
 * most policies do. What is not, or has not been lately, is left to the evaluator threads.
 */
export class FrontEvaluator {
  readonly #evaluator = new MeteredEvaluator(LIMITS)
  readonly #onPolicyLog: (log: PolicyLog) => void
  #paces = new WeakMap<EvaluatedPolicy, Pace>()
  #isCleaning = false

  constructor(onPolicyLog: (log: PolicyLog) => void) {
    this.#onPolicyLog = onPolicyLog
  }

  /** The policies that are in force from now on. */
  setPolicies(policies: readonly EvaluatedPolicy[]): void {
    this.#evaluator.keepOnly(policies.map(({ module }) => module))
  }

  /** Whether the policy may be asked here. */
  suits(policy: EvaluatedPolicy, request: EvaluationRequest): boolean {
    return this.#paceOf(policy).allows(request.json.length, performance.now())
  }

  /** The policy's answer; undefined where a thread has to be asked, whose bytes the request's then still are. */
  evaluate(policy: EvaluatedPolicy, request: EvaluationRequest): AdmissionResponse | undefined {
    const pace = this.#paceOf(policy)
    const startedAt = performance.now()
    if (!pace.allows(request.json.length, startedAt)) return undefined
    const { id } = policy
    const response = this.#evaluator.evaluate(policy, request, (line) =>
      this.#onPolicyLog({ type: 'policy-log', policyId: id, line }),
    )
    const now = performance.now()
    if (response === undefined) pace.recordFailure(request.json.length, now)
    else pace.record(now - startedAt, now)
    this.#cleanLater()
    return response
  }

  #paceOf(policy: EvaluatedPolicy): Pace {
    const known = this.#paces.get(policy)
    if (known !== undefined) return known
    const pace = new Pace(policy.module)
    this.#paces.set(policy, pace)
    return pace
  }

  // After the answers have left, which they do before the event loop turns.
  #cleanLater(): void {
    if (this.#isCleaning) return
    this.#isCleaning = true
    setImmediate(() => {
      this.#isCleaning = false
      this.#evaluator.clean()
    })
  }
}
