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

const ATTEMPTS = 5

interface Versioned {
  metadata?: { resourceVersion?: string }
}

interface Calls<T> {
  read(): Promise<T>
  create(body: T): Promise<unknown>
  replace(body: T): Promise<unknown>
  remove(): Promise<unknown>
}

// Shims that register their policies themselves may write the same object at the same time.
async function makeEqual<T extends Versioned>(desired: T | undefined, calls: Calls<T>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeEqualOnce(desired, calls)
    } catch (error) {
      if (!isStatus(error, 409) || attempt === ATTEMPTS) throw error
    }
  }
}

async function makeEqualOnce<T extends Versioned>(desired: T | undefined, calls: Calls<T>): Promise<void> {
  const current = await calls.read().catch(undefinedIfAbsent)
  if (desired === undefined) {
    if (current !== undefined) await calls.remove().catch(undefinedIfAbsent)
  } else if (current === undefined) {
    await calls.create(desired)
  } else {
    const { resourceVersion } = current.metadata ?? {}
    await calls.replace({ ...desired, metadata: { ...desired.metadata, ...(resourceVersion && { resourceVersion }) } })
  }
}

function isStatus(error: unknown, code: number): boolean {
  return error instanceof ApiException && error.code === code
}

function undefinedIfAbsent(error: unknown): undefined {
  if (isStatus(error, 404)) return undefined
  throw error
}
