import { createHash } from 'node:crypto'
import { planRegistration } from '../../plugin/registration/plan.ts'
import type { RegistrationPlan, SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import { digestOfModule } from '../policies/module-source.ts'
import type { PolicySources } from '../policies/policies-snapshot.ts'
import { guestsOf, isGroup, type PolicySpec } from '../policies/policy-spec.ts'
import { toWebhookPolicies } from './webhook-policies.ts'

/** A policy as far as it decides verdicts, wherever its files lie. */
export interface DescribedPolicy {
  readonly spec: PolicySpec
  /** Of the modules that it asks, in their order. */
  readonly moduleDigests: readonly string[]
}

/** A set of policies by name: equal wherever the same policies would give the same verdicts to the same webhook entries. */
export interface DescribedSet {
  readonly digest: string
  readonly plan: RegistrationPlan
}

/** As many as make two sets of one name unthinkable, and a URL that can still be read. */
const DIGEST_LENGTH = 32

export function describeSet(policies: readonly DescribedPolicy[], selectors: SelectorsBy): DescribedSet {
  const plan = planRegistration(toWebhookPolicies(policies.map(({ spec }) => spec)), { selectors })
  const described = policies.map((policy) => canonicalText(withDigests(policy))).sort()
  const text = JSON.stringify([described, canonicalText(plan), selectors])
  return { digest: createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH), plan }
}

/** The same for policies that nobody has loaded yet. */
export function describeSources({ specs, modules }: PolicySources, selectors: SelectorsBy): DescribedSet {
  return describeSet(
    specs.map((spec) => ({ spec, moduleDigests: guestsOf(spec).map((guest) => digestOfModule(guest, modules)) })),
    selectors,
  )
}

// Where a module lies does not matter, nor in which order a group's members are written.
function withDigests({ spec, moduleDigests: [module, ...others] }: DescribedPolicy): object {
  if (!isGroup(spec)) return { ...spec, module }
  const digests = [module, ...others]
  const members = spec.members.map((member, index) => ({ ...member, module: digests[index] }))
  return { ...spec, members: members.sort((one, other) => (one.name < other.name ? -1 : 1)) }
}

// Files may give their fields in any order; numbers that JavaScript cannot hold keep their text.
function canonicalText(value: object): string {
  return JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) && !JSON.isRawJSON(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
