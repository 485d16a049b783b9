import { AdmissionregistrationV1Api, ApiException, type KubeConfig } from '@kubernetes/client-node'
import type { WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { WEBHOOK_CONFIGURATION_NAME } from '../../plugin/webhook-configurations.ts'

/**
 * Makes the cluster's webhook configurations equal to these: written, or deleted where there is none. By replacement, not
 * by server-side apply, which merges the entries by name and so would not keep the order of mutating webhooks.
 */
export async function applyWebhooks(kubeConfig: KubeConfig, desired: WebhookConfigurations): Promise<void> {
  const api = kubeConfig.makeApiClient(AdmissionregistrationV1Api)
  const name = WEBHOOK_CONFIGURATION_NAME
  await makeEqual(desired.validating, {
    read: () => api.readValidatingWebhookConfiguration({ name }),
    create: (body) => api.createValidatingWebhookConfiguration({ body }),
    replace: (body) => api.replaceValidatingWebhookConfiguration({ name, body }),
    remove: () => api.deleteValidatingWebhookConfiguration({ name }),
  })
  await makeEqual(desired.mutating, {
    read: () => api.readMutatingWebhookConfiguration({ name }),
    create: (body) => api.createMutatingWebhookConfiguration({ body }),
    replace: (body) => api.replaceMutatingWebhookConfiguration({ name, body }),
    remove: () => api.deleteMutatingWebhookConfiguration({ name }),
  })
}

interface Calls<T> {
  read(): Promise<T>
  create(body: T): Promise<unknown>
  replace(body: T): Promise<unknown>
  remove(): Promise<unknown>
}

async function makeEqual<T extends { metadata?: { resourceVersion?: string } }>(
  desired: T | undefined,
  calls: Calls<T>,
): Promise<void> {
  const current = await calls.read().catch(undefinedIfAbsent)
  if (desired === undefined) {
    if (current !== undefined) await calls.remove()
  } else if (current === undefined) {
    await calls.create(desired)
  } else {
    const { resourceVersion } = current.metadata ?? {}
    await calls.replace({ ...desired, metadata: { ...desired.metadata, ...(resourceVersion && { resourceVersion }) } })
  }
}

function undefinedIfAbsent(error: unknown): undefined {
  if (error instanceof ApiException && error.code === 404) return undefined
  throw error
}
