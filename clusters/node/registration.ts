import { stat } from 'node:fs/promises'
import { staticWebhookConfigurations } from '../../plugin/static-manifests.ts'
import { type WebhookConfigurationsOptions, webhookConfigurations } from '../../plugin/webhook-configurations.ts'
import {
  areStaticManifests,
  createStaticManifests,
  replaceStaticManifests,
} from '../../shim/registration/static-manifests.ts'
import { confirmBundle, staticRegistrarName } from '../../shim/tls/confirmations.ts'
import { ensureShimCertificates } from '../local/gate.ts'
import { readWebhookOptions } from '../local/policies.ts'
import { applyWebhooks } from '../webhooks/apply-webhooks.ts'
import { checkWebhooks } from '../webhooks/check-webhooks.ts'
import { readAggregatedGroups } from '../webhooks/read-aggregated-groups.ts'
import { waitUntilInForce } from '../webhooks/wait-in-force.ts'
import { waitUntilStaticInForce } from '../webhooks/wait-static-in-force.ts'
import { loadKubeConfig, type NodeRecord } from './node-record.ts'

/** Who has told the API server its bundle, where objects of the API do. */
const OBJECTS = 'webhook configurations'

/** Writes the static manifests before there is an API server, unless they are there. */
export async function prepareStaticManifests(record: NodeRecord): Promise<void> {
  const { staticManifests } = record.layout.member
  const isThere = await stat(staticManifests).then(
    () => true,
    () => false,
  )
  if (!isThere) await createStaticManifests(staticManifests, staticWebhookConfigurations(await readOptions(record)))
}

/** Makes the webhooks those of the policies, and waits until the API server acts on them. */
export async function registerPolicies(record: NodeRecord): Promise<void> {
  const options = await readOptions(record)
  if (record.state.webhooks === 'static') await registerStatic(record, options)
  else await registerObjects(record, options)
}

async function registerStatic(record: NodeRecord, options: WebhookConfigurationsOptions): Promise<void> {
  const { staticManifests, certificates } = record.layout.member
  const desired = staticWebhookConfigurations(options)
  const kubeConfig = loadKubeConfig(record)
  if (!(await areStaticManifests(staticManifests, desired))) {
    await checkWebhooks(kubeConfig, desired)
    await replaceStaticManifests(staticManifests, desired)
  }
  await waitUntilStaticInForce(kubeConfig, desired)
  await confirmBundle(certificates, staticRegistrarName(staticManifests), options.caBundle)
}

async function registerObjects(record: NodeRecord, options: WebhookConfigurationsOptions): Promise<void> {
  const kubeConfig = loadKubeConfig(record)
  const { whole } = await readAggregatedGroups(kubeConfig)
  await applyWebhooks(kubeConfig, webhookConfigurations({ ...options, aggregatedGroups: whole }))
  await waitUntilInForce([kubeConfig])
  await confirmBundle(record.layout.member.certificates, OBJECTS, options.caBundle)
}

async function readOptions({ layout, state }: NodeRecord): Promise<WebhookConfigurationsOptions> {
  if (state.wasmPolicies === undefined) throw new Error('the gate WasmPolicies is off')
  const caBundle = await ensureShimCertificates(layout.member)
  return { ...(await readWebhookOptions(state.wasmPolicies, state.kubernetesVersion)), caBundle }
}
