import type { V1LabelSelector, V1MatchCondition } from '@kubernetes/client-node'
import type { WebhookFields } from '../util/webhook-fields.ts'
import { isAtLeast } from './kubernetes-version.ts'
import { areAboutWorkloads } from './workload-rules.ts'

/** Which requests never reach a policy, whatever its rules say. */
export type Exclusions = 'default' | 'none'

/** The user name under which the shim itself talks to the API server, when it does. */
export const DEFAULT_SHIM_USER = 'gatehouse:shim'

export interface ExclusionOptions {
  readonly exclusions: Exclusions
  readonly shimUser?: string | undefined
  /** The API server's; unknown unless given. */
  readonly kubernetesVersion?: string | undefined
  /** The policy server's own namespace, which has to come up while it is absent. */
  readonly ownNamespace?: string | undefined
}

const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease']

/** The label that the API server itself keeps on every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name'

/** What an entry says so that it leaves requests out; its own namespace selector is part of it. */
export interface EntryExclusions {
  readonly matchConditions: readonly V1MatchCondition[]
  readonly namespaceSelector?: V1LabelSelector
}

/**
 * What a cluster needs in order to start, and to stay alive while the shim is absent. With `none` even that is policed.
 *
 * Of workloads it is only what runs in the system's namespaces, and a selector says that: for the first match condition of an entry
 * the API server converts the whole object, and each is an expression to evaluate, once in every request.
 */
export function entryExclusions(
  { rules, namespaceSelector }: Pick<WebhookFields, 'rules' | 'namespaceSelector'>,
  options: ExclusionOptions,
): EntryExclusions {
  const own = namespaceSelector === undefined ? {} : { namespaceSelector: structuredClone(namespaceSelector) }
  if (options.exclusions === 'none') return { matchConditions: [], ...own }
  const namespaces = listNamespaces(options)
  if (!areAboutWorkloads(rules)) return { matchConditions: listConditions(namespaces, options), ...own }
  const outside = { key: NAMESPACE_NAME, operator: 'NotIn', values: namespaces }
  const matchExpressions = [...(own.namespaceSelector?.matchExpressions ?? []), outside]
  return { matchConditions: [], namespaceSelector: { ...own.namespaceSelector, matchExpressions } }
}

function listNamespaces({ ownNamespace }: ExclusionOptions): string[] {
  return [...new Set([...SYSTEM_NAMESPACES, ...(ownNamespace === undefined ? [] : [ownNamespace])])]
}

/**
 * `system:apiserver` first of all: with an empty etcd kube-apiserver creates its own objects through admission, and exits when that
 * fails. An expression that errors would answer 403 under failurePolicy Fail, hence `has()` before every field that the
 * request leaves out when empty: the namespace of a cluster-scoped object, the subresource, the user name.
 */
function listConditions(
  namespaces: readonly string[],
  { shimUser = DEFAULT_SHIM_USER, kubernetesVersion }: ExclusionOptions,
): V1MatchCondition[] {
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
