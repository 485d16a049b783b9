import { AdmissionregistrationV1Api, type KubeConfig } from '@kubernetes/client-node'
import { type BenchWebhook, benchWebhook, celPolicy } from './objects.ts'
import type { BenchPolicy } from './policies.ts'
import type { Endpoint, ShimEndpoints } from './rig-processes.ts'

/** The id of the floor's webhook. */
export const FLOOR_ID = 'floor'

export interface Paths {
  readonly policyName: string
  readonly policy: BenchPolicy
  readonly floor: Endpoint
  readonly shim: ShimEndpoints
  readonly celName: string
}

/** Registers every path in the one etcd. All API servers know all of them; a request's label says which one it takes. */
export async function registerPaths(kubeConfig: KubeConfig, paths: Paths): Promise<void> {
  const api = kubeConfig.makeApiClient(AdmissionregistrationV1Api)
  for (const webhook of webhooksOf(paths))
    await api.createValidatingWebhookConfiguration({ body: benchWebhook(webhook) })
  const [policy, binding] = celPolicy(paths.celName, paths.policy)
  await api.createValidatingAdmissionPolicy({ body: policy })
  await api.createValidatingAdmissionPolicyBinding({ body: binding })
}

function webhooksOf({ policyName, floor, shim }: Paths): BenchWebhook[] {
  return [
    {
      configurationName: 'bench-floor',
      policyId: FLOOR_ID,
      ...floor,
      rows: ['floor', 'floor-again'],
      exclusions: 'none',
    },
    { configurationName: 'bench-shim', policyId: policyName, ...shim.socket, rows: ['shim'], exclusions: 'default' },
    {
      configurationName: 'bench-loopback',
      policyId: policyName,
      ...shim.loopback,
      rows: ['loopback'],
      exclusions: 'default',
    },
  ]
}
