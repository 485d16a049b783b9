import { head, INSTALL_NAME } from './head.ts'
import { type StandInOptions, standInAccess } from './stand-in.ts'

/** What the pods are asked to do besides answering. */
export interface Duties {
  /** Denials become Events. */
  readonly events: boolean
  /** They watch shims, and register the policies together with them. */
  readonly standIn?: StandInOptions
}

/**
 * Who the policy server is. It answers and asks nobody, so it may do nothing, and its pods hold no token; what it is asked to do
 * besides, it gets the rights for.
 */
export function accessObjects(namespace: string, { events, standIn }: Duties): object[] {
  const account = {
    ...head('v1', 'ServiceAccount', { name: INSTALL_NAME, namespace }),
    automountServiceAccountToken: false,
  }
  return [
    account,
    ...(events ? eventsAccess(namespace) : []),
    ...(standIn === undefined ? [] : standInAccess(namespace, standIn)),
  ]
}

/** Whether the pods talk to the API server at all. */
export function needsToken({ events, standIn }: Duties): boolean {
  return events || standIn !== undefined
}

function eventsAccess(namespace: string): object[] {
  const name = `${INSTALL_NAME}:events`
  return [
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
