import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import type { PolicyMatcher } from '../../evaluator/matching/policy-matcher.ts'
import type { PolicyModeOptions } from '../../evaluator/policy-mode.ts'
import type { PolicySpec } from '../policies/policy-spec.ts'

/** The policies that the shim answers for, by id; those that could not be loaded among them. */
export type PolicySet = ReadonlyMap<string, LoadedPolicy>

export type LoadedPolicy = ServedPolicy | FailedPolicy

/** What is known of a policy whether or not it could be loaded. */
export interface KnownPolicy extends PolicyModeOptions {
  readonly spec: PolicySpec
  /** Of the module's bytes, `sha256:…`; `unreadable` where there are none. */
  readonly moduleDigest: string
  /** Tells which requests concern it; absent without rules. */
  readonly matcher?: PolicyMatcher
}

export interface ServedPolicy extends KnownPolicy {
  readonly state: 'served'
  readonly evaluated: EvaluatedPolicy
  readonly timeoutMs: number
  /** What is wrong with the version that is configured now; this is the last good one. */
  readonly refusedUpdate?: string
}

/** One bad policy is one bad policy: it is known by its id, and says what is wrong with it. */
export interface FailedPolicy extends KnownPolicy {
  /** `settings-refused`: the guest was asked and said no. `not-loaded`: there is no guest to ask. */
  readonly state: 'settings-refused' | 'not-loaded'
  readonly error: string
}

/** The policies that are served, whichever of their versions. */
export function listServed(policies: PolicySet): ServedPolicy[] {
  return [...policies.values()].filter((policy) => policy.state === 'served')
}

/** The policies that are not served. */
export function listFailures(policies: PolicySet): FailedPolicy[] {
  return [...policies.values()].filter((policy) => policy.state !== 'served')
}

/** The policies that are served in their last good version, by id, each with what is wrong with the one configured now. */
export function listRefusedUpdates(policies: PolicySet): [id: string, error: string][] {
  return listServed(policies).flatMap(({ id, refusedUpdate }) =>
    refusedUpdate === undefined ? [] : [[id, refusedUpdate] as [string, string]],
  )
}
