import { AdmissionregistrationV1Api, ApiException, type KubeConfig } from '@kubernetes/client-node'
import type { WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { GatehouseError } from '../../util/errors.ts'
import { asApiServer } from './as-api-server.ts'

/** Under their own name, which is reserved for static manifests, the API server would refuse them whatever they say. */
const CHECKED_NAME = { generateName: 'gatehouse-check-' }

/** What validation answers. */
const INVALID = 422

/**
 * Asks a live API server whether it would take these as static manifests, by a dry run that goes through the same decoding and
 * validation. A bad file does no harm while the API server runs, but keeps it from starting.
 */
export async function checkWebhooks(kubeConfig: KubeConfig, { validating, mutating }: WebhookConfigurations) {
  const api = kubeConfig.makeApiClient(AdmissionregistrationV1Api)
  const dryRun = { dryRun: 'All', fieldValidation: 'Strict' }
  if (validating !== undefined) {
    const body = { ...validating, metadata: CHECKED_NAME }
    await api.createValidatingWebhookConfiguration({ ...dryRun, body }, asApiServer()).catch(explainRefusal)
  }
  if (mutating !== undefined) {
    const body = { ...mutating, metadata: CHECKED_NAME }
    await api.createMutatingWebhookConfiguration({ ...dryRun, body }, asApiServer()).catch(explainRefusal)
  }
}

function explainRefusal(error: unknown): void {
  if (!(error instanceof ApiException)) throw error
  const body = JSON.stringify(error.body)
  // With policies about webhook configurations, and without exclusions, it is a policy that refuses: that says nothing
  // about the file, and a policy must not keep its own successor out.
  if (error.code !== INVALID && /admission webhook|failed calling webhook/.test(body)) return
  throw new GatehouseError('ERR_CLUSTER_API', `the API server would not take the policies' webhooks: ${body}`, {
    cause: error,
    hint: 'Nothing was changed: it keeps those that it has. Correct the policies.',
  })
}
