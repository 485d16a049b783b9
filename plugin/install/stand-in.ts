import type { SelectorsBy } from '../registration/registration-plan.ts'
import { ELECTION_LEASE, LEASES_NAMESPACE } from '../registration-leases.ts'
import type { Registration } from '../registration-mode.ts'
import { WEBHOOK_CONFIGURATION_NAME } from '../webhook-configurations.ts'
import { head, INSTALL_NAME } from './head.ts'

/** What the pods have to agree on, beside `registration`, with the shims in whose place API servers are sent to them. */
export interface StandInOptions {
  readonly selectors: SelectorsBy
  /** The `--host` of the shims, where that is not the default. */
  readonly shimHost?: string
  /** Of the API servers. */
  readonly kubernetesVersion?: string
}

export interface StandInFlagsOptions {
  readonly namespace: string
  readonly registration: Registration
  /** What API servers verify the pods with: a file of theirs, PEM. */
  readonly caFile: string
  readonly standIn: StandInOptions
}

/** Of the roles, and of what binds them. */
const NAME = `${INSTALL_NAME}:stand-in`

/** The flags by which a pod watches the shims, and registers the policies together with them. */
export function standInFlags({ namespace, registration, caFile, standIn }: StandInFlagsOptions): string[] {
  const { selectors, shimHost, kubernetesVersion } = standIn
  return [
    ...['--register', 'api', '--fallback-service', `${namespace}/${INSTALL_NAME}`, '--ca-file', caFile],
    ...['--registration', registration, '--selectors', selectors],
    ...(shimHost === undefined ? [] : ['--shim-host', shimHost]),
    ...(kubernetesVersion === undefined ? [] : ['--kubernetes-version', kubernetesVersion]),
  ]
}

/** The rights for that. Only objects whose names nobody can know before are named by none. */
export function standInAccess(namespace: string, { selectors }: StandInOptions): object[] {
  const subjects = [{ kind: 'ServiceAccount', name: INSTALL_NAME, namespace }]
  const bind = (kind: string) => ({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: NAME }, subjects })
  const rbac = (kind: string, place: object = {}) =>
    head('rbac.authorization.k8s.io/v1', kind, { name: NAME, ...place })
  const leases = { namespace: LEASES_NAMESPACE }
  return [
    { ...rbac('ClusterRole'), rules: [...WEBHOOK_RULES, ...(selectors === 'shim' ? [NAMESPACES_RULE] : [])] },
    { ...rbac('ClusterRoleBinding'), ...bind('ClusterRole') },
    { ...rbac('Role', leases), rules: LEASE_RULES },
    { ...rbac('RoleBinding', leases), ...bind('Role') },
  ]
}

const WEBHOOKS = {
  apiGroups: ['admissionregistration.k8s.io'],
  resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
}

const WEBHOOK_RULES = [
  {
    ...WEBHOOKS,
    resourceNames: [WEBHOOK_CONFIGURATION_NAME],
    verbs: ['get', 'list', 'watch', 'update', 'delete'],
  },
  // what is not there yet has no name to RBAC
  { ...WEBHOOKS, verbs: ['create'] },
  // groups that other servers answer for
  { apiGroups: ['apiregistration.k8s.io'], resources: ['apiservices'], verbs: ['list'] },
]

const NAMESPACES_RULE = { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }

const LEASES = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] }

const LEASE_RULES = [
  { ...LEASES, resourceNames: [ELECTION_LEASE], verbs: ['get', 'update'] },
  // each has a Lease of its own, whose name has the pod's in it; the writer removes those that have been left behind
  { ...LEASES, verbs: ['list', 'watch', 'create', 'patch', 'delete'] },
]
