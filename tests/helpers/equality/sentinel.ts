import { staticWebhookConfigurations } from '../../../plugin/static-manifests.ts'
import type { WebhookConfigurations, WebhookConfigurationsOptions } from '../../../plugin/webhook-configurations.ts'
import type { SendRequest } from './api-server.ts'

const TEMPLATES = '/api/v1/namespaces/sentinel/podtemplates?dryRun=All'
const LABEL = 'sentinel'

/**
 * The manifests, and in each an entry that refuses one request before any webhook is called: whoever is refused knows that all of it
 * is in force.
 */
export function manifestsWithSentinel(options: WebhookConfigurationsOptions, mark: string): WebhookConfigurations {
  const { validating, mutating } = staticWebhookConfigurations(options)
  const head = (kind: string) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'gatehouse.static.k8s.io' },
  })
  return {
    validating: {
      ...head('ValidatingWebhookConfiguration'),
      ...validating,
      webhooks: [sentinel('validating', mark), ...(validating?.webhooks ?? [])],
    },
    mutating: {
      ...head('MutatingWebhookConfiguration'),
      ...mutating,
      webhooks: [sentinel('mutating', mark), ...(mutating?.webhooks ?? [])],
    },
  }
}

function sentinel(phase: string, mark: string) {
  const value = `${phase}-${mark}`
  return {
    name: 'sentinel.example.com',
    clientConfig: { url: 'https://sentinel.example.com/' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['podtemplates'] }],
    objectSelector: { matchLabels: { [LABEL]: value } },
    matchConditions: [{ name: 'fails', expression: `object.metadata.labels["no-${value}"] == ""` }],
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
}

export async function waitForSentinel(send: SendRequest, mark: string): Promise<void> {
  for (const phase of ['mutating', 'validating']) {
    const value = `${phase}-${mark}`
    const spec = { containers: [{ name: 'a', image: 'a' }] }
    const body = { metadata: { generateName: 'a-', labels: { [LABEL]: value } }, template: { spec } }
    const deadline = performance.now() + 20_000
    for (;;) {
      // whom the default exclusions spare, whatever the policies of a case are like
      const { text } = await send({ method: 'POST', path: TEMPLATES, body, as: 'system:apiserver' })
      if (text.includes(`no-${value}`)) break
      if (performance.now() > deadline) throw new Error(`the policies are not in force: ${text}`)
    }
  }
}
