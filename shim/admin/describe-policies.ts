import { guestsOf, isGroup } from '../policies/policy-spec.ts'
import type { KnownPolicy, LoadedPolicy } from '../policy-set/policy-set.ts'
import type { PolicyTraffic } from '../telemetry/policy-statistics.ts'
import type { MemberReport, PolicyReport, PolicyState, TrafficReport } from './admin-api.ts'
import type { AdminFacts } from './admin-facts.ts'

/** What `gatehouse policies` and `gatehouse top` show: every configured policy, in the order of its id. */
export function describePolicies({ policies, disabled, statistics }: AdminFacts): PolicyReport[] {
  const planned = [...policies.sets.current.entries.values()].flatMap(({ planned: { name, members } }) =>
    members.map((id) => [id, name] as const),
  )
  const entries = new Map(planned)
  const sorted = [...policies.current.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
  return sorted.map((policy) => {
    const { id, mode, allowedToMutate } = policy
    const disablement = disabled.find(id)
    const error = errorOf(policy)
    const entry = entries.get(id)
    return {
      id,
      state: disablement === undefined ? stateOf(policy) : 'disabled',
      mode,
      mutating: allowedToMutate,
      ...(policy.state === 'served' ? describeModules(policy) : {}),
      ...(entry === undefined ? {} : { entry }),
      ...(error === undefined ? {} : { error }),
      ...(disablement === undefined ? {} : { disabledUntil: disablement.until.toISOString() }),
      traffic: describeTraffic(statistics.find(id)),
    }
  })
}

type ModuleReport = Pick<MemberReport, 'module' | 'moduleDigest' | 'immutableReference'>

function describeModules(policy: KnownPolicy): ModuleReport | Pick<PolicyReport, 'members'> {
  const { spec } = policy
  if (!isGroup(spec)) return describeModule(policy, 0)
  return { members: spec.members.map(({ name }, index) => ({ name, ...describeModule(policy, index) })) }
}

function describeModule({ spec, moduleDigests, immutableReferences }: KnownPolicy, index: number): ModuleReport {
  const module = guestsOf(spec)[index]?.module
  const immutableReference = immutableReferences?.[index]
  return {
    moduleDigest: moduleDigests[index] ?? '',
    ...(module === undefined ? {} : { module }),
    ...(immutableReference === undefined ? {} : { immutableReference }),
  }
}

function stateOf(policy: LoadedPolicy): PolicyState {
  if (policy.state !== 'served') return 'failed'
  return policy.refusedUpdate === undefined ? 'served' : 'outdated'
}

function errorOf(policy: LoadedPolicy): string | undefined {
  return policy.state === 'served' ? policy.refusedUpdate : policy.error
}

const NONE: PolicyTraffic = { allowed: 0, denied: 0, errors: 0, disabled: 0, exempted: 0 }

function describeTraffic({ lastError, ...traffic }: PolicyTraffic = NONE): TrafficReport {
  if (lastError === undefined) return traffic
  return { ...traffic, lastError: { at: lastError.at.toISOString(), message: lastError.message } }
}
