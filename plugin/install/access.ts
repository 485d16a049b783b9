import { head, INSTALL_NAME } from './head.ts'

/**
 * Who the policy server is. It answers and asks nobody, so it may do nothing, and its pods hold no token; what it may be asked to
 * do besides, telling of denials, is the one right that it gets.
 */
export function accessObjects(namespace: string, events: boolean): object[] {
  const account = {
    ...head('v1', 'ServiceAccount', { name: INSTALL_NAME, namespace }),
    automountServiceAccountToken: false,
  }
  if (!events) return [account]
  const name = `${INSTALL_NAME}:events`
  return [
    account,
    {
      ...head('rbac.authorization.k8s.io/v1', 'ClusterRole', { name }),
      rules: [{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] }],
    },
    {
      ...head('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { name }),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: INSTALL_NAME, namespace }],
    },
  ]
}

/** The user that the pods are to the API server. */
export function podUser(namespace: string): string {
  return `system:serviceaccount:${namespace}:${INSTALL_NAME}`
}
