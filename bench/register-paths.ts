import { AdmissionregistrationV1Api, type KubeConfig } from '@kubernetes/client-node'
import type { Registration } from './experiment.ts'

/** Registers every path in the one etcd: all API servers know all of them. */
export async function registerPaths(kubeConfig: KubeConfig, { webhooks, inProcess }: Registration): Promise<void> {
  const api = kubeConfig.makeApiClient(AdmissionregistrationV1Api)
  for (const body of webhooks) await api.createValidatingWebhookConfiguration({ body })
  for (const [policy, binding] of inProcess) {
    await api.createValidatingAdmissionPolicy({ body: policy })
    await api.createValidatingAdmissionPolicyBinding({ body: binding })
  }
}
