import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import type { JudgedGroup } from '../../evaluator/groups/judge-group.ts'
import type { PolicyMatcher } from '../../evaluator/matching/policy-matcher.ts'
import type { PolicyModeOptions } from '../../evaluator/policy-mode.ts'
import type { PolicySpec } from '../policies/policy-spec.ts'

/** The policies that the shim answers for, by id; those that could not be loaded among them. */
export type PolicySet = ReadonlyMap<string, LoadedPolicy>

export type LoadedPolicy = ServedPolicy | FailedPolicy

/** What is known of a policy whether or not it could be loaded. */
export interface KnownPolicy extends PolicyModeOptions {
  readonly spec: PolicySpec
  /** Of the bytes of the modules that it asks, in their order: `sha256:…`; `unreadable` where there are none. */
  readonly moduleDigests: readonly string[]
  /** The names in registries that will always mean these bytes, in the same order; undefined where there is none. */
  readonly immutableReferences?: readonly (string | undefined)[]
  /** Tells which requests concern it; absent without rules. */
  readonly matcher?: PolicyMatcher
}

export type ServedPolicy = ServedModule | ServedGroup

interface Served extends KnownPolicy {
  readonly state: 'served'
  /** What is wrong with the version that is configured now; this is the last good one. */
  readonly refusedUpdate?: string
}

/** A policy that is one module. */
export interface ServedModule extends Served, LoadedGuest {}

/** A policy that is a question to several modules. */
export interface ServedGroup extends Served {
  readonly group: JudgedGroup<LoadedGuest>
}

/** A module that can be asked, and how long it may take. */
export interface LoadedGuest {
  readonly evaluated: EvaluatedPolicy
  readonly timeoutMs: number
}

/** One bad policy is one bad policy: it is known by its id, and says what is wrong with it. */
export interface FailedPolicy extends KnownPolicy {
  readonly state: FailedState
  /** All of it. */
  readonly error: string
  readonly failures: readonly LoadFailure[]
}

/** `settings-refused`: the guest was asked and said no. `not-loaded`: there is no guest to ask. */
export type FailedState = 'settings-refused' | 'not-loaded'

/** One thing that keeps a policy from being loaded. */
export interface LoadFailure {
  readonly state: FailedState
  /** Of what is wrong, in the policy's own fields. */
  readonly path: readonly string[]
  /** Of a group. */
  readonly member?: string
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

/** All that is asked of a policy that is served: its own module, or those of its members. */
export function guestsServed(policy: ServedPolicy): readonly LoadedGuest[] {
  return 'group' in policy ? [...policy.group.members.values()] : [policy]
}

/** The modules of all policies that are served, each with its settings. */
export function listEvaluated(policies: PolicySet): EvaluatedPolicy[] {
  return listServed(policies)
    .flatMap(guestsServed)
    .map(({ evaluated }) => evaluated)
}
