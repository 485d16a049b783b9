import type { GroupVersionResource } from '../request-attributes.ts'

/** A rule of a webhook entry: https://pkg.go.dev/k8s.io/api/admissionregistration/v1#RuleWithOperations */
export interface Rule {
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  readonly resources?: readonly string[]
  readonly operations?: readonly string[]
  readonly scope?: string
}

/** What rules look at. */
export interface RuleTarget {
  readonly operation: string
  readonly resource: GroupVersionResource
  readonly subResource?: string
  readonly namespace?: string
}

/** Whether one of the rules matches, by the API server's own reading of them. */
export function matchesRules(rules: readonly Rule[], target: RuleTarget): boolean {
  return rules.some((rule) => matchesRule(rule, target))
}

// https://pkg.go.dev/k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules
function matchesRule(rule: Rule, target: RuleTarget): boolean {
  const { group, version } = target.resource
  return (
    matchesScope(rule.scope, target) &&
    holds(rule.operations, target.operation) &&
    holds(rule.apiGroups, group) &&
    holds(rule.apiVersions, version) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, target))
  )
}

function holds(values: readonly string[] = [], value: string): boolean {
  return values.some((candidate) => candidate === '*' || candidate === value)
}

// `pods` names no subresource, `pods/scale` one
function matchesResource(pattern: string, { resource, subResource = '' }: RuleTarget): boolean {
  const slash = pattern.indexOf('/')
  const name = slash === -1 ? pattern : pattern.slice(0, slash)
  const sub = slash === -1 ? '' : pattern.slice(slash + 1)
  return (name === '*' || name === resource.resource) && (sub === '*' || sub === subResource)
}

// A Namespace is cluster-scoped, although the request names it as its own namespace.
function matchesScope(scope: string | undefined, { resource, namespace = '' }: RuleTarget): boolean {
  if (scope === undefined || scope === '*') return true
  const isNamespace = resource.group === '' && resource.version === 'v1' && resource.resource === 'namespaces'
  const isNamespaced = !isNamespace && namespace !== ''
  return scope === 'Namespaced' ? isNamespaced : scope === 'Cluster' && !isNamespaced
}
