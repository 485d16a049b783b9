import { readFile } from 'node:fs/promises'
import type {
  KubeConfig,
  V1MutatingWebhookConfiguration,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { applyWebhooks } from '../clusters/webhooks/apply-webhooks.ts'
import { waitUntilInForce } from '../clusters/webhooks/wait-in-force.ts'

/** What `kubectl apply` does with the webhook configurations in a file; returns when the API server acts on them. */
export async function applyFile(kubeConfig: KubeConfig, file: string): Promise<void> {
  const objects = parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS())
  const find = <T>(kind: string): T | undefined => objects.find((object) => object.kind === kind)
  const validating = find<V1ValidatingWebhookConfiguration>('ValidatingWebhookConfiguration')
  const mutating = find<V1MutatingWebhookConfiguration>('MutatingWebhookConfiguration')
  await applyWebhooks(kubeConfig, { ...(validating && { validating }), ...(mutating && { mutating }) })
  await waitUntilInForce([kubeConfig])
}
