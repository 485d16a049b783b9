import { join, resolve } from 'node:path'
import { describeAggregatedGroups } from '../plugin/aggregated-groups.ts'
import { type ApiServerAdditions, apiServerAdditions } from '../plugin/api-server.ts'
import type { Exclusions } from '../plugin/exclusions.ts'
import type { ExistingFile } from '../plugin/existing-file.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import { staticWebhookConfigurations } from '../plugin/static-manifests.ts'
import type { WebhookClient } from '../plugin/webhook-client.ts'
import {
  type WebhookConfigurations,
  type WebhookConfigurationsOptions,
  webhookConfigurations,
} from '../plugin/webhook-configurations.ts'
import { parseWebhookHost } from '../plugin/webhook-host.ts'
import { chooseWebhookSource, type WebhookSource } from '../plugin/webhook-source.ts'
import { toYaml } from '../plugin/yaml.ts'
import { pullModules } from '../shim/modules/pull-modules.ts'
import type { ModuleAccess } from '../shim/modules/read-pulled-module.ts'
import { readCompleteSources } from '../shim/policies/complete-sources.ts'
import { type PolicySources, readPolicySources } from '../shim/policies/policies-snapshot.ts'
import { describeSources } from '../shim/registration/set-digest.ts'
import { replaceStaticManifests, staticManifestFolders } from '../shim/registration/static-manifests.ts'
import { toWebhookPolicies } from '../shim/registration/webhook-policies.ts'
import { ensureCertificates } from '../shim/tls/certificates.ts'
import { GatehouseError, messageOf } from '../util/errors.ts'
import { makeFolder } from '../util/make-folder.ts'
import { replaceFile } from '../util/replace-file.ts'
import { readExistingFile } from './read-existing-file.ts'
import type { LiveApiServer } from './webhooks/live-api-server.ts'

export interface ManifestsOptions {
  /** policies.yml, or a file or folder of ClusterAdmissionPolicy YAML. */
  readonly policies: string
  /** How modules are got that are not files. */
  readonly modules?: ModuleAccess
  /** The shim's certificates; issued when missing. */
  readonly certificateFolder: string
  readonly client: WebhookClient
  /** The shim's socket; not needed when the API server comes by a Service. */
  readonly socket?: string
  readonly exclusions: Exclusions
  /** Unless given, policies share webhook entries on the socket, and each has its own behind a Service. */
  readonly registration?: Registration
  /** The API server's. Unless given, everything suits every version: the webhooks are API objects. */
  readonly kubernetesVersion?: string
  /** Unless given, what suits the version best. */
  readonly webhooks?: WebhookSource
  /** Files that the API server is given already, to merge ours with. */
  readonly existing: { readonly egressSelector?: string; readonly admissionConfiguration?: string }
  /** Leads to a live API server, which is asked about the webhooks before anything is written. */
  readonly kubeconfig?: string
}

/** What an operator gives an API server of his own. */
export interface Manifests {
  readonly source: WebhookSource
  /** Files that were written, absolute. */
  readonly files: readonly string[]
  readonly additions: ApiServerAdditions
  /** What a shim behind a Service is started with, so that its certificate is for the Service; otherwise empty. */
  readonly serviceShimFlags: readonly string[]
  /** Served by the shim, but without rules: no API server will ask for them. */
  readonly unregistered: readonly string[]
  /** What has to be known of groups that other servers answer for, a sentence each; known of a live API server only. */
  readonly aggregated: readonly string[]
}

export const EGRESS_SELECTOR_FILE = 'egress-selector.yaml'
export const ADMISSION_CONFIGURATION_FILE = 'admission-configuration.yaml'

/** The objects to apply, when they are objects. */
export const WEBHOOKS_FILE = 'webhooks.yaml'

/**
 * Writes into a folder what an API server needs that somebody else runs: kubeadm, k3s, or started by hand. Written again,
 * static manifests are in force at once, so nothing is written before everything is known to be good.
 */
export async function writeManifests(folder: string, options: ManifestsOptions): Promise<Manifests> {
  const sources = await readSources(options)
  const { specs } = sources
  const policies = toWebhookPolicies(specs)
  if (policies.length === 0) throw refuseNothing(options.policies)
  const api = chooseApiServer(options)
  const additions = await readAdditions(folder, api, options)
  const live = await findLiveApiServer(options.kubeconfig)
  const aggregated = isOnSocket(options) ? await live?.readAggregatedGroups() : undefined
  const entries = { policies, ...chooseEntries(sources, options), aggregatedGroups: aggregated?.whole ?? [] }
  const webhooks = await generateWebhooks(entries, api, options)
  await live?.check(webhooks)
  return {
    source: api.source,
    files: await writeAll(folder, { ...api, additions, webhooks }),
    additions,
    serviceShimFlags: serviceShimFlags(options),
    unregistered: specs.filter(({ registration }) => registration === undefined).map(({ id }) => id),
    aggregated: aggregated === undefined ? [] : describeAggregatedGroups(api.source, policies, aggregated),
  }
}

async function findLiveApiServer(kubeconfig: string | undefined): Promise<LiveApiServer | undefined> {
  if (kubeconfig === undefined) return undefined
  // the Kubernetes client takes half a second to load
  const { loadLiveApiServer } = await import('./webhooks/live-api-server.ts')
  return loadLiveApiServer(kubeconfig)
}

function isOnSocket({ client }: ManifestsOptions): boolean {
  return 'host' in client
}

/** The API server, as far as it matters: where it finds the webhooks, and its version where that is known. */
type ApiServer =
  | { readonly source: 'static'; readonly kubernetesVersion: string }
  | { readonly source: 'api'; readonly kubernetesVersion: string | undefined }

function chooseApiServer(options: ManifestsOptions): ApiServer {
  const { kubernetesVersion, existing } = options
  const source = chooseSource(options)
  if (source === 'api') {
    if (existing.admissionConfiguration === undefined) return { source, kubernetesVersion }
    const { admissionConfiguration: file } = existing
    throw new GatehouseError('ERR_PLUGIN_OPTIONS', `${file} is needed for static manifests only`, {
      hint: 'Leave it out, or ask for static manifests: --kubernetes-version 1.37.',
    })
  }
  if (kubernetesVersion !== undefined) return { source, kubernetesVersion }
  throw new GatehouseError('ERR_PLUGIN_OPTIONS', 'static manifests are written for a version of Kubernetes', {
    hint: 'Add --kubernetes-version: an API server that does not know them would not start.',
  })
}

// A Service is known to API objects alone; asked for as static manifests it is refused where they are generated.
function chooseSource({ client, kubernetesVersion, webhooks }: ManifestsOptions): WebhookSource {
  if (kubernetesVersion === undefined || 'service' in client) return webhooks ?? 'api'
  return chooseWebhookSource(kubernetesVersion, webhooks)
}

async function readAdditions(
  folder: string,
  api: ApiServer,
  { socket, client, existing }: ManifestsOptions,
): Promise<ApiServerAdditions> {
  if (socket === undefined || !('host' in client)) return { flags: [], environment: {} }
  const gates = { WasmPolicies: true }
  return apiServerAdditions(gates, {
    socket,
    host: client.host,
    environment: {},
    egressSelectorFile: join(folder, EGRESS_SELECTOR_FILE),
    existingEgressSelector: await readIfNamed(existing.egressSelector),
    ...(api.source === 'static' && {
      staticManifests: {
        kubernetesVersion: api.kubernetesVersion,
        folders: staticManifestFolders(folder),
        admissionConfigurationFile: join(folder, ADMISSION_CONFIGURATION_FILE),
        existing: await readIfNamed(existing.admissionConfiguration),
      },
    }),
  })
}

async function readIfNamed(path: string | undefined): Promise<ExistingFile | undefined> {
  return path === undefined ? undefined : readExistingFile(path)
}

/** @throws ERR_MODULE_SOURCE where entries that policies share need a module that cannot be had */
function readSources(options: ManifestsOptions): Promise<PolicySources> {
  if (isCombined(options)) return readCompleteSources(options.policies, pullModules(options.modules))
  // nothing that is written then depends on modules
  return readPolicySources(options.policies, async () => new Map())
}

function isCombined({ registration, client }: ManifestsOptions): boolean {
  return (registration ?? ('host' in client ? 'combined' : 'per-policy')) === 'combined'
}

function chooseEntries(sources: PolicySources, options: ManifestsOptions) {
  return isCombined(options) ? { combined: { digest: describeSources(sources, 'api-server').digest } } : {}
}

async function generateWebhooks(
  { aggregatedGroups, ...entries }: Pick<WebhookConfigurationsOptions, 'policies' | 'combined' | 'aggregatedGroups'>,
  { source, kubernetesVersion }: ApiServer,
  { certificateFolder, client, exclusions }: ManifestsOptions,
): Promise<WebhookConfigurations> {
  const { caBundle } = await ensureCertificates({ folder: certificateFolder, hosts: [hostOf(client)] })
  const generate = source === 'static' ? staticWebhookConfigurations : webhookConfigurations
  return generate({
    ...entries,
    client,
    caBundle,
    exclusions,
    // other servers read no static manifests
    ...(source === 'api' && aggregatedGroups !== undefined && { aggregatedGroups }),
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
  })
}

// What the API server reads while it runs, the static manifests, comes last.
async function writeAll(
  folder: string,
  { source, additions, webhooks }: Pick<Manifests, 'source' | 'additions'> & { webhooks: WebhookConfigurations },
): Promise<string[]> {
  const { egressSelector, admissionConfiguration } = additions
  const objects = {
    [EGRESS_SELECTOR_FILE]: [egressSelector],
    [ADMISSION_CONFIGURATION_FILE]: [admissionConfiguration],
    [WEBHOOKS_FILE]: source === 'api' ? [webhooks.validating, webhooks.mutating] : [],
  }
  const texts = Object.entries(objects)
    .map(([name, content]) => [join(folder, name), toYaml(content)] as const)
    .filter(([, text]) => text !== '')
  try {
    await makeFolder(folder)
    for (const [file, text] of texts) await replaceFile(file, text)
    const manifests = source === 'static' ? await replaceStaticManifests(folder, webhooks) : []
    return [...texts.map(([file]) => file), ...manifests]
  } catch (error) {
    throw new GatehouseError('ERR_OPTIONS_INVALID', `--out: cannot write to ${folder}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Name a folder that you may write to; one that is missing is created.',
    })
  }
}

function refuseNothing(policies: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', `${policies}: no policy has rules, so there is nothing to register`, {
    hint: 'Give each policy `rules` as in a webhook configuration, or point at ClusterAdmissionPolicy YAML.',
  })
}

/** What the shim's certificate must name. */
function hostOf(client: WebhookClient): string {
  return 'host' in client
    ? parseWebhookHost(client.host).hostname
    : `${client.service.name}.${client.service.namespace}.svc`
}

function serviceShimFlags({ policies, client, certificateFolder }: ManifestsOptions): string[] {
  if (!('service' in client)) return []
  const port = String(client.service.port ?? 443)
  return [
    '--policies',
    resolve(policies),
    '--port',
    port,
    '--host',
    hostOf(client),
    '--cert-dir',
    resolve(certificateFolder),
  ]
}
