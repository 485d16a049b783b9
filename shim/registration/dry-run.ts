import type { KubeClient } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import type { WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { GatehouseError } from '../../util/errors.ts'

const PATH = '/apis/admissionregistration.k8s.io/v1'
/** Under their own name, which is reserved for static manifests, the API server would refuse them whatever they say. */
const METADATA = { generateName: 'gatehouse-check-' }
const INVALID = 422

/**
 * Asks a live API server whether it would take these as static manifests, by a dry run that goes through the same decoding and
 * validation. A bad file does no harm while the API server runs, but keeps it from starting.
 * @throws ERR_PLUGIN_OPTIONS when it would not; ERR_KUBE_CONNECTION, ERR_KUBE_API when it cannot be asked
 */
export async function dryRunWebhooks(
  client: KubeClient,
  { validating, mutating }: WebhookConfigurations,
  signal: AbortSignal,
): Promise<void> {
  for (const [resource, desired] of [
    ['validatingwebhookconfigurations', validating],
    ['mutatingwebhookconfigurations', mutating],
  ] as const) {
    if (desired === undefined) continue
    const path = `${PATH}/${resource}?dryRun=All&fieldValidation=Strict`
    const asked = { method: 'POST', path, body: { ...desired, metadata: METADATA }, signal } as const
    await client.call(asked).catch(explainRefusal)
  }
}

function explainRefusal(error: unknown): void {
  if (!isKubeError(error, INVALID)) {
    // A policy about webhook configurations says nothing about the file, and must not keep its own successor out.
    if (isKubeError(error) && /admission webhook|failed calling webhook/.test(error.message)) return
    throw error
  }
  throw new GatehouseError('ERR_PLUGIN_OPTIONS', `the API server would not take the webhooks: ${error.statusMessage}`, {
    cause: error,
    hint: 'Nothing was changed: it keeps those that it has. Correct the policies.',
  })
}
