import type { V1RuleWithOperations } from '@kubernetes/client-node'

/**
 * What a policy asks for, point by point. A point is all of a request that rules can tell apart but the version: group,
 * resource, subresource, operation, scope. Its value says in which versions the policy takes the object there, in the order of
 * its rules. The API server delivers two policies the same version of every object if their values are equal at every
 * point that both have.
 */
export type VersionClaims = ReadonlyMap<string, string>

type Rule = V1RuleWithOperations

/** Every name that some rule mentions, and one for all that none does. With these for `*`, points say all there is to say. */
export interface Universe {
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  readonly subresources: readonly string[]
}

// A space is in no name.
const OTHER = ' other'
const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT']
const SCOPES = ['Cluster', 'Namespaced']
const ALL = '*'

/** The claim of whoever takes each object as it was sent. */
export const EVERY_VERSION = ALL

// The only resource that two groups share: an Event of the one is the same object as an Event of the other, and converted.
const EVENTS = 'events'
const EVENTS_GROUP = 'events.k8s.io'
const CORE = ''

export function universeOf(rules: readonly Rule[]): Universe {
  const patterns = rules.flatMap(({ resources = [] }) => resources.map(splitResource))
  return {
    groups: named([CORE, EVENTS_GROUP, ...rules.flatMap(({ apiGroups = [] }) => apiGroups)]),
    resources: named([EVENTS, ...patterns.map(({ resource }) => resource)]),
    subresources: ['', ...named(patterns.map(({ subresource }) => subresource)).filter((name) => name !== '')],
  }
}

export function claimVersions(rules: readonly Rule[], universe: Universe): VersionClaims {
  const claims = new Map<string, string[]>()
  for (const rule of rules) {
    const places = placesOf(rule, universe)
    for (const group of expand(rule.apiGroups, universe.groups)) {
      for (const place of places) claimOne(claims, { group, place, versions: rule.apiVersions ?? [] })
    }
  }
  return new Map([...claims].map(([point, lists]) => [point, orderOf(lists)]))
}

/** Whether some request may concern both, whatever its version. */
export function overlap(one: VersionClaims, other: VersionClaims): boolean {
  const [fewer, more] = one.size < other.size ? [one, other] : [other, one]
  return fewer.keys().some((point) => more.has(point))
}

function placesOf(rule: Rule, universe: Universe): string[] {
  const targets = (rule.resources ?? []).flatMap((pattern) => {
    const { resource, subresource } = splitResource(pattern)
    return pairs(expand([resource], universe.resources), expand([subresource], universe.subresources), '/')
  })
  const occasions = pairs(expand(rule.operations, OPERATIONS), expand([rule.scope ?? ALL], SCOPES), ' ')
  return pairs(targets, occasions, ' ')
}

function pairs(firsts: readonly string[], seconds: readonly string[], separator: string): string[] {
  return firsts.flatMap((first) => seconds.map((second) => `${first}${separator}${second}`))
}

interface Claim {
  readonly group: string
  readonly place: string
  readonly versions: readonly string[]
}

function claimOne(claims: Map<string, string[]>, { group, place, versions }: Claim): void {
  const isAll = versions.includes(ALL)
  // Kubernetes' core group has this one version.
  if (group === CORE && !isAll && !versions.includes('v1')) return
  const set = isAll || group === CORE ? ALL : versions.toSorted().join(',')
  const isEvent = place.startsWith(`${EVENTS}/`) && (group === CORE || group === EVENTS_GROUP)
  const point = isEvent ? place : `${group} ${place}`
  const claimed = isEvent ? `${group}/${set}` : set
  const lists = claims.get(point) ?? []
  if (!lists.includes(claimed)) lists.push(claimed)
  claims.set(point, lists)
}

// Where every version is asked for, each object comes as it was sent.
function orderOf(lists: readonly string[]): string {
  return lists.includes(ALL) ? ALL : lists.join(' ')
}

function splitResource(pattern: string): { resource: string; subresource: string } {
  const [resource = '', subresource = ''] = pattern.split('/', 2)
  return { resource, subresource }
}

function named(names: readonly string[]): string[] {
  return [...new Set([...names.filter((name) => name !== ALL), OTHER])]
}

function expand(values: readonly string[] = [], all: readonly string[]): readonly string[] {
  return values.includes(ALL) ? all : values
}
