import type { SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import type { PolicySources } from '../policies/policies-snapshot.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import { registerSet } from '../registration/registered-set.ts'
import { RegisteredSets } from '../registration/registered-sets.ts'
import { describeSources } from '../registration/set-digest.ts'
import { listEvaluated, listFailures, listRefusedUpdates, type PolicySet } from './policy-set.ts'

/** The policies that answer now, and how the last attempt to replace them went. */
export class PoliciesInForce {
  /** The set in force, and the earlier ones that API servers may still ask for. */
  readonly sets = new RegisteredSets()
  readonly #pool: StartedEvaluatorPool
  readonly selectors: SelectorsBy
  #current: PolicySet = new Map()
  #refusal: string | undefined
  #lastSuccess: Date | undefined
  #lastAttempt = new Date()
  #onReplace: (() => void) | undefined

  constructor(pool: StartedEvaluatorPool, selectors: SelectorsBy = 'api-server') {
    this.#pool = pool
    this.selectors = selectors
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

  /**
   * Requests that come from now on meet the new set; those that are under way or in the queue finish on theirs, and those
   * that name an earlier set meet that one.
   * @param sources what the set was loaded from
   */
  replace(policies: PolicySet, sources: PolicySources): void {
    this.#pool.setPolicies(listEvaluated(policies))
    this.#current = policies
    const configured = describeSources(sources, this.selectors)
    this.sets.put(registerSet(policies, this.selectors), configured.digest)
    this.#refusal = undefined
    this.#lastAttempt = new Date()
    const isWhole = listFailures(policies).length + listRefusedUpdates(policies).length === 0
    if (isWhole) this.#lastSuccess = new Date()
    this.#onReplace?.()
  }

  /** Calls whenever another set is in force. */
  onReplace(listener: () => void): void {
    this.#onReplace = listener
  }

  /** Stays with the policies that answer already. */
  keep(refusal: string): void {
    this.#refusal = refusal
    this.#lastAttempt = new Date()
  }
}
