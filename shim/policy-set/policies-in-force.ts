import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import { listFailures, listRefusedUpdates, listServed, type PolicySet } from './policy-set.ts'

/** The policies that answer now, and how the last attempt to replace them went. */
export class PoliciesInForce {
  readonly #pool: StartedEvaluatorPool
  #current: PolicySet = new Map()
  #refusal: string | undefined
  #lastSuccess: Date | undefined
  #lastAttempt = new Date()

  constructor(pool: StartedEvaluatorPool, policies: PolicySet) {
    this.#pool = pool
    this.replace(policies)
  }

  /** One set as a whole. A request takes its policy from it once, and keeps that one to its end. */
  get current(): PolicySet {
    return this.#current
  }

  /** Why the files as they are now are not in force at all; undefined when they are. */
  get refusal(): string | undefined {
    return this.#refusal
  }

  /** When everything that is configured was last put in force, nothing left out. */
  get lastSuccess(): Date | undefined {
    return this.#lastSuccess
  }

  /** When the files were last read, whatever came of it. */
  get lastAttempt(): Date {
    return this.#lastAttempt
  }

  /** Requests that come from now on meet the new set; those that are under way or in the queue finish on theirs. */
  replace(policies: PolicySet): void {
    this.#pool.setPolicies(listServed(policies).map(({ evaluated }) => evaluated))
    this.#current = policies
    this.#refusal = undefined
    this.#lastAttempt = new Date()
    const isWhole = listFailures(policies).length + listRefusedUpdates(policies).length === 0
    if (isWhole) this.#lastSuccess = new Date()
  }

  /** Stays with the policies that answer already. */
  keep(refusal: string): void {
    this.#refusal = refusal
    this.#lastAttempt = new Date()
  }
}
