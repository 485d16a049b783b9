import type { WebhookPolicy } from '../webhook-policy.ts'
import { sortById } from '../webhook-policy.ts'
import { EntryDraft, type PlannedPolicy } from './entry-draft.ts'
import type { Phase, PlannedEntry, RegistrationPlan, SelectorsBy } from './registration-plan.ts'
import { claimVersions, universeOf } from './version-claims.ts'

/**
 * Joins policies to the fewest entries that mean the same as an entry for each. Members agree in everything that the API
 * server looks at before it calls, but for rules, objectSelector and matchConditions, which the shim looks at again, for each member.
 */
export function planRegistration(
  policies: readonly WebhookPolicy[],
  { selectors = 'api-server' }: { readonly selectors?: SelectorsBy } = {},
): RegistrationPlan {
  const universe = universeOf(policies.flatMap(({ rules }) => [...rules]))
  const claims = new Map<string, PlannedPolicy['claims']>()
  const planned = sortById(policies).map((policy): PlannedPolicy => {
    // many policies have the same rules
    const key = JSON.stringify(policy.rules)
    const known = claims.get(key) ?? claimVersions(policy.rules, universe)
    claims.set(key, known)
    return { policy, claims: known, selectors }
  })
  const validating = planned.filter(({ policy }) => !policy.mutating)
  const mutating = planned.filter(({ policy }) => policy.mutating)
  return { entries: [...planPhase('validating', validating), ...planPhase('mutating', mutating)] }
}

function planPhase(phase: Phase, policies: readonly PlannedPolicy[]): PlannedEntry[] {
  const drafts: EntryDraft[] = []
  for (const policy of phase === 'validating' ? exactLast(policies) : policies) {
    const obstacles = drafts.map((draft, index) => draft.findObstacle(policy, drafts.slice(index + 1)))
    // the last one that will do: what has to be asked later can still come after it
    const home = drafts[obstacles.lastIndexOf(undefined)]
    if (home !== undefined) home.add(policy)
    else drafts.push(new EntryDraft({ phase, number: drafts.length + 1, first: policy, obstacles }))
  }
  return drafts.map((draft) => draft.toEntry())
}

// Their entries put no condition on versions unless somebody else in them does.
function exactLast(policies: readonly PlannedPolicy[]): PlannedPolicy[] {
  const isExact = ({ policy }: PlannedPolicy) => policy.matchPolicy === 'Exact'
  return [...policies.filter((policy) => !isExact(policy)), ...policies.filter(isExact)]
}
