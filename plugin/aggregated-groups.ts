import { isRecord } from '../util/record.ts'
import type { WebhookFields } from '../util/webhook-fields.ts'
import type { WebhookSource } from './webhook-source.ts'

/** The API groups that other servers answer for, behind this API server's aggregator. */
export interface AggregatedGroups {
  /** Those of which this API server answers no version itself. */
  readonly whole: readonly string[]
  /** Those of which it answers other versions. */
  readonly inPart: readonly string[]
}

export const NO_AGGREGATED_GROUPS: AggregatedGroups = { whole: [], inPart: [] }

/**
 * Reads them from the objects `APIService`. One with a Service is answered by a server behind it; one without, by this API server.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/
 */
export function findAggregatedGroups(apiServices: Iterable<{ readonly spec?: unknown }>): AggregatedGroups {
  const [aggregated, local] = [new Set<string>(), new Set<string>()]
  for (const { spec } of apiServices) {
    if (!isRecord(spec)) continue
    const { group = '', service } = spec
    if (typeof group === 'string') (isRecord(service) ? aggregated : local).add(group)
  }
  const sorted = [...aggregated].sort()
  return { whole: sorted.filter((group) => !local.has(group)), inPart: sorted.filter((group) => local.has(group)) }
}

type Rules = WebhookFields['rules']

/**
 * The groups that an entry with these rules leaves out: those that it would meet by a wildcard only. A group with a version here
 * stays: its objects would not be policed here either.
 */
export function groupsToLeaveOut(rules: Rules, aggregatedGroups: readonly string[]): string[] {
  const named = new Set(rules.flatMap(({ apiGroups = [] }) => apiGroups))
  return named.has('*') ? aggregatedGroups.filter((group) => !named.has(group)) : []
}

/** A policy that names groups which it cannot be asked about by the socket. */
export interface NamingPolicy {
  readonly id: string
  readonly groups: readonly string[]
}

/** The policies whose rules name such groups, and are not merely wildcards. */
export function listNamingPolicies(
  policies: readonly { readonly id: string; readonly rules: Rules }[],
  { whole, inPart }: AggregatedGroups,
): NamingPolicy[] {
  const aggregated = [...whole, ...inPart]
  return policies
    .map(({ id, rules }) => ({
      id,
      groups: aggregated.filter((group) => rules.some(({ apiGroups = [] }) => apiGroups.includes(group))),
    }))
    .filter(({ groups }) => groups.length > 0)
}

/** What an operator has to know about them, a sentence each. */
export function describeAggregatedGroups(
  source: WebhookSource,
  policies: readonly { readonly id: string; readonly rules: Rules }[],
  aggregated: AggregatedGroups,
): string[] {
  const naming = listNamingPolicies(policies, aggregated).map(
    ({ id, groups }) => `policy ${id} names ${groups.join(', ')}, ${CONSEQUENCES[source]}`,
  )
  const isAnyWildcard = policies.some(({ rules }) => rules.some(({ apiGroups = [] }) => apiGroups.includes('*')))
  if (source === 'static' || !isAnyWildcard) return naming
  const { whole, inPart } = aggregated
  return [
    ...whole.map((group) => `the group ${group} is left out of wildcards: ${ANSWERED_ELSEWHERE}`),
    ...inPart.map((group) => `the group ${group} is not left out of wildcards, though ${IN_PART}`),
    ...naming,
  ]
}

const ANSWERED_ELSEWHERE = 'a server of its own answers for it, and cannot reach the shim by its socket'
const IN_PART =
  'a server of its own answers for some of its versions, and cannot reach the shim by its socket: failurePolicy decides there'
const CONSEQUENCES = {
  api: 'which a server of its own answers for: it cannot reach the shim by its socket, so failurePolicy decides',
  static: 'which a server of its own answers for: it reads no static manifests, so the policy is not asked there',
} as const
