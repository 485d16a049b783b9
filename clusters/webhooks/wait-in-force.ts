import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  AdmissionregistrationV1Api,
  ApiException,
  CoreV1Api,
  type KubeConfig,
  type V1ValidatingWebhook,
} from '@kubernetes/client-node'
import { GatehouseError } from '../../util/errors.ts'
import { asApiServer } from './as-api-server.ts'

/** First in the order in which mutating webhooks are called, so that no policy answers before the probe does. */
const PROBE_CONFIGURATION = '000-gatehouse-probe'
const PROBE_LABEL = 'gatehouse.internal/probe'
const TIMEOUT_MS = 30_000
const POLL_MS = 20

type Kind = 'validating' | 'mutating'

/**
 * Waits until every API server acts on the webhook configurations written so far. Each learns of them by a watch of its own,
 * in the order of writing: once it acts on one that is written last, the probe, it acts on all before it.
 *
 * The probe's match condition fails on purpose, which refuses a request, and names the condition, before any webhook is
 * called. It selects
 * one label that only our dry-run requests carry, and these come from a user whom policies exclude by default.
 */
export async function waitUntilInForce(apiServers: readonly KubeConfig[]): Promise<void> {
  const [first] = apiServers
  if (first === undefined) return
  const label = randomUUID()
  const api = first.makeApiClient(AdmissionregistrationV1Api)
  await removeProbes(api)
  try {
    await createProbes(api, label)
    await Promise.all(apiServers.map((apiServer) => waitUntilRefused(apiServer, label)))
  } finally {
    await removeProbes(api)
  }
}

async function createProbes(api: AdmissionregistrationV1Api, label: string): Promise<void> {
  const metadata = { name: PROBE_CONFIGURATION, labels: { 'app.kubernetes.io/managed-by': 'gatehouse' } }
  await api.createValidatingWebhookConfiguration({ body: { metadata, webhooks: [probe('validating', label)] } })
  await api.createMutatingWebhookConfiguration({ body: { metadata, webhooks: [probe('mutating', label)] } })
}

async function removeProbes(api: AdmissionregistrationV1Api): Promise<void> {
  const name = PROBE_CONFIGURATION
  await api.deleteValidatingWebhookConfiguration({ name }).catch(ignoreAbsence)
  await api.deleteMutatingWebhookConfiguration({ name }).catch(ignoreAbsence)
}

function probe(kind: Kind, label: string): V1ValidatingWebhook {
  return {
    name: 'probe.gatehouse.internal',
    clientConfig: { url: 'https://probe.gatehouse.internal/' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
    objectSelector: { matchLabels: { [PROBE_LABEL]: mark(kind, label) } },
    // The API server's refusal names the absent key, and that is what we look for.
    matchConditions: [{ name: 'fails', expression: `object.metadata.labels["${mark(kind, label)}"] == ""` }],
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
}

function mark(kind: Kind, label: string): string {
  return `${kind}-${label}`
}

async function waitUntilRefused(apiServer: KubeConfig, label: string): Promise<void> {
  const api = apiServer.makeApiClient(CoreV1Api)
  const deadline = performance.now() + TIMEOUT_MS
  for (const kind of ['mutating', 'validating'] as const) {
    for (;;) {
      const answer = await askAsApiServer(api, mark(kind, label))
      if (answer.includes(`no such key: ${mark(kind, label)}`)) break
      if (performance.now() > deadline) throw late(apiServer, answer)
      await delay(POLL_MS)
    }
  }
}

/** Creates a ConfigMap with that label, dry; returns what the API server says. */
async function askAsApiServer(api: CoreV1Api, value: string): Promise<string> {
  const body = { metadata: { generateName: 'gatehouse-probe-', labels: { [PROBE_LABEL]: value } } }
  try {
    await api.createNamespacedConfigMap({ namespace: 'default', dryRun: 'All', body }, asApiServer())
    return 'created'
  } catch (error) {
    if (error instanceof ApiException) return JSON.stringify(error.body)
    throw error
  }
}

function late(apiServer: KubeConfig, answer: string): GatehouseError {
  const server = apiServer.getCurrentCluster()?.server
  const message = `${server} does not act on new webhook configurations after ${TIMEOUT_MS / 1000} s; it answers: ${answer}`
  return new GatehouseError('ERR_CLUSTER_API', message, { hint: 'Look into its log: gatehouse cluster logs.' })
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof ApiException && error.code === 404)) throw error
}
