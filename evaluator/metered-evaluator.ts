import type { EvaluationRequest } from './admission-request.ts'
import type { AdmissionResponse } from './admission-response.ts'
import { type EvaluatedPolicy, evaluate, instantiate, type PolicyLogLine, type PolicyLogObserver } from './evaluate.ts'
import { Budget, type BudgetLimits } from './instances/budget.ts'
import { ParkedInstances } from './instances/parked-instances.ts'
import type { PolicyModule } from './module/policy-module.ts'

/**
 * Evaluates in a thread that has other things to do: a guest that takes longer than that allows is stopped, and can be asked
 * in a thread of its own as if nothing had happened.
 */
export class MeteredEvaluator {
  readonly #budget: Budget
  readonly #instances: ParkedInstances

  constructor(limits: BudgetLimits) {
    this.#budget = new Budget(limits)
    this.#instances = new ParkedInstances(instantiate, this.#budget)
  }

  /** As `evaluate`; undefined, and nothing logged, when it took more than there was. */
  evaluate(
    policy: EvaluatedPolicy,
    request: EvaluationRequest,
    observer: PolicyLogObserver,
  ): AdmissionResponse | undefined {
    const lines: PolicyLogLine[] = []
    this.#budget.begin()
    const response = evaluate(policy, request, (line) => lines.push(line), this.#instances)
    if (this.#budget.isSpent) return undefined
    for (const line of lines) observer(line)
    return response
  }

  /** Cleans the instances that have answered: work for after the answers have left. */
  clean(): void {
    this.#instances.clean()
  }

  /** Lets go of the instances of all other modules. */
  keepOnly(modules: readonly PolicyModule[]): void {
    this.#instances.keepOnly(modules)
  }
}
