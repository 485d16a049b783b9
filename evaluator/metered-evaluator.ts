import type { EvaluationRequest } from './admission-request.ts'
import type { AdmissionResponse } from './admission-response.ts'
import { askGuest, type EvaluatedPolicy, instantiate, type PolicyLogLine, type PolicyLogObserver } from './evaluate.ts'
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

  /**
   * As `evaluate`; undefined, and nothing logged, when the guest took more than there was, or failed: it may do better in a
   * thread of its own, whose stack is deeper.
   */
  evaluate(
    policy: EvaluatedPolicy,
    request: EvaluationRequest,
    observer: PolicyLogObserver,
  ): AdmissionResponse | undefined {
    const lines: PolicyLogLine[] = []
    const response = this.#ask(policy, request, (line) => lines.push(line))
    if (response === undefined) return undefined
    for (const line of lines) observer(line)
    return response
  }

  #ask(
    policy: EvaluatedPolicy,
    request: EvaluationRequest,
    observer: PolicyLogObserver,
  ): AdmissionResponse | undefined {
    this.#budget.begin()
    try {
      const response = askGuest(policy, request, { observer, instances: this.#instances })
      return this.#budget.isSpent ? undefined : response
    } catch {
      return undefined
    }
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
