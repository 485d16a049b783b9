import type { WebhookFields } from '../util/webhook-fields.ts'

/**
 * What runs in namespaces, by group. Neither the API server itself nor the shim ever writes any of it, and none of it is what
 * keeps nodes and leaders alive.
 */
const WORKLOADS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['', new Set(['pods', 'podtemplates', 'replicationcontrollers', 'persistentvolumeclaims'])],
  ['apps', new Set(['deployments', 'replicasets', 'statefulsets', 'daemonsets'])],
  ['batch', new Set(['jobs', 'cronjobs'])],
  ['networking.k8s.io', new Set(['ingresses', 'networkpolicies'])],
  ['autoscaling', new Set(['horizontalpodautoscalers'])],
  ['policy', new Set(['poddisruptionbudgets'])],
])

/** Whether these rules can only be met by workloads: each names them, with or without subresources, and nothing by a wildcard. */
export function areAboutWorkloads(rules: WebhookFields['rules']): boolean {
  return rules.every(({ apiGroups = [], resources = [] }) =>
    apiGroups.every((group) =>
      resources.every((resource) => WORKLOADS.get(group)?.has(resource.split('/', 1)[0] ?? '') === true),
    ),
  )
}
