import { rm, stat } from 'node:fs/promises'
import { KubeConfig } from '@kubernetes/client-node'
import {
  type AggregatedGroups,
  describeAggregatedGroups,
  NO_AGGREGATED_GROUPS,
} from '../../plugin/aggregated-groups.ts'
import { staticWebhookConfigurations } from '../../plugin/static-manifests.ts'
import {
  type WebhookConfigurations,
  type WebhookConfigurationsOptions,
  webhookConfigurations,
} from '../../plugin/webhook-configurations.ts'
import type { WebhookSource } from '../../plugin/webhook-source.ts'
import {
  areStaticManifests,
  createStaticManifests,
  replaceStaticManifests,
} from '../../shim/registration/static-manifests.ts'
import {
  confirmBundle,
  forgetOtherRegistrars,
  forgetRegistrar,
  staticRegistrarName,
} from '../../shim/tls/confirmations.ts'
import { applyWebhooks } from '../webhooks/apply-webhooks.ts'
import { checkWebhooks } from '../webhooks/check-webhooks.ts'
import { readAggregatedGroups } from '../webhooks/read-aggregated-groups.ts'
import { waitUntilInForce } from '../webhooks/wait-in-force.ts'
import { waitUntilStaticInForce } from '../webhooks/wait-static-in-force.ts'
import { stopClusterProcesses } from './cluster-processes.ts'
import { ensureShimCertificates } from './gate.ts'
import type { MemberLayout } from './layout.ts'
import { membersOf } from './members.ts'
import { readWebhookOptions } from './policies.ts'
import type { ClusterRecord } from './record.ts'
import { startMember } from './start-member.ts'

/** Who has told the API servers their bundle, where objects of the API do. */
const OBJECTS = 'webhook configurations'

type PolicyOptions = Omit<WebhookConfigurationsOptions, 'caBundle'>

/** Writes the static manifests of those members that have none, before their API servers start. */
export async function prepareStaticManifests(record: ClusterRecord): Promise<void> {
  const options = await readOptions(record)
  for (const member of membersOf(record)) {
    if (await exists(member.staticManifests)) continue
    await createStaticManifests(member.staticManifests, await staticWebhooksOf(member, options))
  }
}

/**
 * Makes the cluster's webhooks those of the policies, and waits until every API server acts on them. When they move from
 * the one source to the other, they are in force from the new one before the old one is cleared: for a moment policies
 * are asked twice, and at no moment not at all.
 */
export async function registerPolicies(
  record: ClusterRecord,
  source: WebhookSource = 'api',
  note: (text: string) => void = () => {},
): Promise<void> {
  const options = await readOptions(record)
  const aggregated = await findAggregatedGroups(record)
  if (source === 'static') await registerStatic(record, options)
  else await registerObjects(record, { ...options, aggregatedGroups: aggregated.whole })
  for (const line of describeAggregatedGroups(source, options.policies, aggregated)) note(line)
}

async function findAggregatedGroups(record: ClusterRecord): Promise<AggregatedGroups> {
  const [first] = membersOf(record)
  return first === undefined ? NO_AGGREGATED_GROUPS : readAggregatedGroups(loadKubeConfig(first))
}

async function registerStatic(record: ClusterRecord, options: PolicyOptions): Promise<void> {
  const members = membersOf(record)
  for (const member of members) {
    await putStaticManifests(member, await staticWebhooksOf(member, options))
  }
  if (record.state.webhooks !== 'static') await restartWith(record, 'static')
  for (const member of members) {
    const caBundle = await ensureShimCertificates(member)
    await waitUntilStaticInForce(loadKubeConfig(member), staticWebhookConfigurations({ ...options, caBundle }))
    const registrar = staticRegistrarName(member.staticManifests)
    await confirmBundle(member.certificates, registrar, caBundle)
    await forgetOtherRegistrars(member.certificates, registrar)
  }
  for (const kubeConfig of members.slice(0, 1).map(loadKubeConfig)) await applyWebhooks(kubeConfig, {})
}

async function putStaticManifests(member: MemberLayout, desired: WebhookConfigurations): Promise<void> {
  const { staticManifests: folder } = member
  if (await areStaticManifests(folder, desired)) return
  await checkWebhooks(loadKubeConfig(member), desired)
  if (await exists(folder)) await replaceStaticManifests(folder, desired)
  else await createStaticManifests(folder, desired)
}

async function registerObjects(record: ClusterRecord, options: PolicyOptions): Promise<void> {
  const members = membersOf(record)
  // one object for all members, so the bundle holds the authorities of all their shims
  const caBundle = (await Promise.all(members.map(ensureShimCertificates))).join('')
  const apiServers = members.map(loadKubeConfig)
  for (const first of apiServers.slice(0, 1))
    await applyWebhooks(first, webhookConfigurations({ ...options, caBundle }))
  await waitUntilInForce(apiServers)
  for (const { certificates, staticManifests } of members) {
    await confirmBundle(certificates, OBJECTS, caBundle)
    await forgetRegistrar(certificates, staticRegistrarName(staticManifests))
  }
  if (record.state.webhooks === 'static') await restartWith(record, 'api')
  for (const { staticManifests, admissionConfiguration } of members) {
    await rm(staticManifests, { recursive: true, force: true })
    await rm(admissionConfiguration, { force: true })
  }
}

// An API server learns only at its start where the webhooks are, and a shim where to write them. What is remembered changes
// while none runs.
async function restartWith(record: ClusterRecord, webhooks: WebhookSource): Promise<void> {
  await stopClusterProcesses(record.layout, (name) => name !== 'etcd')
  await record.update({ webhooks })
  for (const number of record.members) await startMember(record, number)
}

// Each API server has files of its own, which name the authority of its own shim.
async function staticWebhooksOf(member: MemberLayout, options: PolicyOptions): Promise<WebhookConfigurations> {
  return staticWebhookConfigurations({ ...options, caBundle: await ensureShimCertificates(member) })
}

async function readOptions({ state }: ClusterRecord): Promise<PolicyOptions> {
  if (state.wasmPolicies === undefined) throw new Error('the gate WasmPolicies is off')
  return readWebhookOptions(state.wasmPolicies, state.binaries.kubeApiServer.version)
}

function loadKubeConfig({ kubeconfig }: MemberLayout): KubeConfig {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(kubeconfig)
  return kubeConfig
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
