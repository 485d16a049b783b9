import type { PlannedEntry, SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import type { LoadedPolicy, PolicySet } from '../policy-set/policy-set.ts'
import { describeSet } from './set-digest.ts'

/** A set of policies that webhook entries name by digest. */
export interface RegisteredSet {
  readonly digest: string
  readonly policies: PolicySet
  /** By name. */
  readonly entries: ReadonlyMap<string, RegisteredEntry>
}

/** A webhook entry, and the policies that answer for it, in their order. */
export interface RegisteredEntry {
  readonly planned: PlannedEntry
  readonly members: readonly LoadedPolicy[]
}

export function registerSet(policies: PolicySet, selectors: SelectorsBy): RegisteredSet {
  const { digest, plan } = describeSet([...policies.values()], selectors)
  const entries = plan.entries.map((planned): [string, RegisteredEntry] => {
    const members = planned.members.map((id) => policies.get(id)).filter((policy) => policy !== undefined)
    return [planned.name, { planned, members }]
  })
  return { digest, policies, entries: new Map(entries) }
}
