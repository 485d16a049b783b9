import type { V1Pod } from '@kubernetes/client-node'

const CONTAINER = { name: 'web', image: 'registry.example.com/web:1' }
const SECCOMP = { seccompProfile: { type: 'RuntimeDefault' } }

export const POD_PRIVILEGED: V1Pod = {
  metadata: { name: 'privileged', namespace: 'default' },
  spec: { securityContext: SECCOMP, containers: [{ ...CONTAINER, securityContext: { privileged: true } }] },
}

/** Names no seccomp profile. */
export const POD_MUTATED: V1Pod = {
  metadata: { name: 'web', namespace: 'default' },
  spec: { containers: [CONTAINER] },
}

export const POD_ALLOWED: V1Pod = {
  metadata: { name: 'hardened', namespace: 'default' },
  spec: { securityContext: SECCOMP, containers: [CONTAINER] },
}

/** As the control plane itself would create one. */
export const POD_SYSTEM: V1Pod = {
  metadata: { name: 'dns', namespace: 'kube-system' },
  spec: { containers: [CONTAINER] },
}
