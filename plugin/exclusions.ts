import type { V1MatchCondition } from '@kubernetes/client-node'
import { isAtLeast } from './kubernetes-version.ts'

/** Which requests never reach a policy, whatever its rules say. */
export type Exclusions = 'default' | 'none'

/** The user name under which the shim itself talks to the API server, when it does. */
export const DEFAULT_SHIM_USER = 'gatehouse:shim'

export interface ExclusionOptions {
  readonly shimUser?: string | undefined
  /** The API server's; unknown unless given. */
  readonly kubernetesVersion?: string | undefined
  /** The policy server's own namespace, which has to come up while it is absent. */
  readonly ownNamespace?: string | undefined
}

const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease']

/**
 * What a cluster needs in order to start, and to stay alive while the shim is absent. `system:apiserver` first of all: with an
 * empty etcd kube-apiserver creates its own objects through admission, and exits when that fails. With `none` even
 * these are policed.
 *
 * An expression that errors would answer 403 under failurePolicy Fail, hence `has()` before every field that the
 * request leaves out when empty: the namespace of a cluster-scoped object, the subresource, the user name.
 */
export function exclusionConditions(
  exclusions: Exclusions,
  { shimUser = DEFAULT_SHIM_USER, kubernetesVersion, ownNamespace }: ExclusionOptions,
): V1MatchCondition[] {
  if (exclusions === 'none') return []
  const namespaces = [...SYSTEM_NAMESPACES, ...(ownNamespace === undefined ? [] : [ownNamespace])]
  return [
    exclude('api-server', isUser('system:apiserver')),
    exclude('shim', isUser(shimUser)),
    exclude('leases', `request.resource.group == "coordination.k8s.io" && request.resource.resource == "leases"`),
    exclude('events', `request.resource.group in ["", "events.k8s.io"] && request.resource.resource == "events"`),
    exclude(
      'node-status',
      `request.resource.group == "" && request.resource.resource == "nodes" && has(request.subResource) && request.subResource == "status"`,
    ),
    exclude(
      'system-namespaces',
      `has(request.namespace) && request.namespace in [${namespaces.map((name) => JSON.stringify(name)).join(', ')}]`,
    ),
    ...(exemptsReviews(kubernetesVersion) ? [] : [exclude('reviews', IS_REVIEW)]),
  ]
}

/**
 * Questions about who somebody is and what he may do. A policy that asks one of them in order to answer would be asked
 * about its own question. From 1.37 the API server spares all webhooks these requests, so there the condition is saved.
 */
const IS_REVIEW = `request.resource.group in ["authentication.k8s.io", "authorization.k8s.io"] && request.resource.resource.endsWith("reviews")`

function exemptsReviews(kubernetesVersion: string | undefined): boolean {
  return kubernetesVersion !== undefined && isAtLeast(kubernetesVersion, 37)
}

/**
 * Leaves out groups whose servers run our webhooks and cannot reach the shim: under failurePolicy Fail nobody could write there.
 * That is no exemption from a rule that could hold, so it stands whatever the exclusions are.
 */
export function aggregatedGroupsCondition(groups: readonly string[]): V1MatchCondition[] {
  if (groups.length === 0) return []
  return [exclude(AGGREGATED_GROUPS, `request.resource.group in ${JSON.stringify(groups)}`)]
}

const AGGREGATED_GROUPS = 'aggregated-groups'

/** Whether an entry with these conditions leaves that group out as one that another server answers for. */
export function isLeftOut(conditions: readonly V1MatchCondition[], group: string): boolean {
  const own = conditions.find(({ name }) => name === `${EXCLUSION_PREFIX}${AGGREGATED_GROUPS}`)
  return own?.expression.includes(JSON.stringify(group)) ?? false
}

/** The prefix of our condition names; a policy's own condition may not take it. */
export const EXCLUSION_PREFIX = 'exclude.gatehouse.internal/'

function exclude(name: string, expression: string): V1MatchCondition {
  return { name: `${EXCLUSION_PREFIX}${name}`, expression: `!(${expression})` }
}

// A JSON string is a CEL string literal.
function isUser(name: string): string {
  return `has(request.userInfo.username) && request.userInfo.username == ${JSON.stringify(name)}`
}
