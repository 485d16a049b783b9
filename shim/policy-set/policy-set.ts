import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import type { PolicyModeOptions } from '../../evaluator/policy-mode.ts'

/** The policies that the shim answers for, by id; those that could not be loaded among them. */
export type PolicySet = ReadonlyMap<string, LoadedPolicy>

export type LoadedPolicy = ServedPolicy | FailedPolicy

export interface ServedPolicy extends PolicyModeOptions {
  readonly state: 'served'
  readonly evaluated: EvaluatedPolicy
  readonly timeoutMs: number
}

/** One bad policy is one bad policy: it is known by its id, and says what is wrong with it. */
export interface FailedPolicy extends PolicyModeOptions {
  /** `settings-refused`: the guest was asked and said no. `not-loaded`: there is no guest to ask. */
  readonly state: 'settings-refused' | 'not-loaded'
  readonly error: string
}

/** The policies that are not served. */
export function listFailures(policies: PolicySet): FailedPolicy[] {
  return [...policies.values()].filter((policy) => policy.state !== 'served')
}
