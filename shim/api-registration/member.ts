import type { KubeMetadata } from '../../kube/requests/kube-client.ts'

/** What a shim says of itself in its Lease. */
export interface Member {
  /** Of its Lease. */
  readonly name: string
  /** Digests of the policy sets that it answers for. */
  readonly sets: readonly string[]
  /** PEM of the authorities by which API servers recognise it. */
  readonly authorities: string
  /** Given for one that serves behind a Service; all others answer on a socket beside an API server. */
  readonly role?: 'policy-server' | undefined
}

/** Labels of every member's Lease. */
export const MEMBER_LABELS = { 'app.kubernetes.io/name': 'gatehouse', 'app.kubernetes.io/component': 'shim' } as const

export const MEMBER_SELECTOR = Object.entries(MEMBER_LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',')

const SETS = 'gatehouse.internal/sets'
const AUTHORITIES = 'gatehouse.internal/authorities'
const ROLE = 'gatehouse.internal/role'

export function toAnnotations({ sets, authorities, role }: Omit<Member, 'name'>) {
  return {
    [SETS]: sets.join(','),
    [AUTHORITIES]: authorities,
    ...(role !== undefined && { [ROLE]: role }),
  }
}

/** Reads what another shim wrote; one that says nothing that we understand answers for nothing. */
export function readMember({ name, annotations = {} }: KubeMetadata): Member {
  const sets = (annotations[SETS] ?? '').split(',').filter((digest) => digest !== '')
  const { [ROLE]: role } = annotations
  return {
    name,
    sets,
    authorities: annotations[AUTHORITIES] ?? '',
    ...(role === 'policy-server' && { role }),
  }
}
