import { type AdmissionConfiguration, admissionConfiguration } from './admission-configuration.ts'
import {
  type EgressSelectorConfiguration,
  egressSelectorConfiguration,
  mergeEgressSelector,
} from './egress-selector.ts'
import type { ExistingFile } from './existing-file.ts'
import type { FeatureGates } from './feature-gates.ts'
import type { StaticManifestFolders } from './static-manifests.ts'
import {
  type WebhookConfiguration,
  type WebhookConfigurationsOptions,
  webhookConfigurations,
} from './webhook-configurations.ts'
import { DEFAULT_WEBHOOK_HOST, parseWebhookHost } from './webhook-host.ts'
import { staticManifestsGates } from './webhook-source.ts'

export interface ApiServerOptions {
  /** The shim's socket. */
  readonly socket: string
  /** Where the egress selector's file will be, as the API server sees it. */
  readonly egressSelectorFile: string
  /** The host of the webhook URLs. */
  readonly host?: string
  /** What the API server would inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The egress selector that the API server has already, if it has one. */
  readonly existingEgressSelector?: ExistingFile | undefined
  /** Given when the API server is to take the webhook configurations from its disk. */
  readonly staticManifests?: StaticManifestsOptions | undefined
}

export interface StaticManifestsOptions {
  readonly kubernetesVersion: string
  readonly folders: StaticManifestFolders
  /** Where the AdmissionConfiguration will be, as the API server sees it. */
  readonly admissionConfigurationFile: string
  /** The AdmissionConfiguration that the API server has already, if it has one. */
  readonly existing?: ExistingFile | undefined
}

/** What a kube-apiserver is given on top of stock; empty when the gate is off. */
export interface ApiServerAdditions {
  /** Appended to the command line. */
  readonly flags: readonly string[]
  /** Set over what the process inherits. */
  readonly environment: Readonly<Record<string, string>>
  /** The content of `egressSelectorFile`. */
  readonly egressSelector?: EgressSelectorConfiguration
  /** The content of `admissionConfigurationFile`. */
  readonly admissionConfiguration?: AdmissionConfiguration
}

/** The API server's part of the gate `WasmPolicies`: its flags, its environment, and the file that the flags name. */
export function apiServerAdditions(gates: FeatureGates, options: ApiServerOptions): ApiServerAdditions {
  if (!gates.WasmPolicies) return { flags: [], environment: {} }
  const { existingEgressSelector: existing, staticManifests } = options
  return {
    flags: [`--egress-selector-config-file=${options.egressSelectorFile}`, ...staticManifestsFlags(staticManifests)],
    environment: noProxyEnvironment(options.environment, options.host),
    egressSelector:
      existing === undefined ? egressSelectorConfiguration(options) : mergeEgressSelector(options, existing),
    ...(staticManifests !== undefined && {
      admissionConfiguration: admissionConfiguration(staticManifests.folders, staticManifests.existing),
    }),
  }
}

function staticManifestsFlags(options: StaticManifestsOptions | undefined): string[] {
  if (options === undefined) return []
  // given twice, --feature-gates adds up: gates of the operator's own stay
  const gates = staticManifestsGates(options.kubernetesVersion).map((gate) => `--feature-gates=${gate}`)
  return [...gates, `--admission-control-config-file=${options.admissionConfigurationFile}`]
}

/** The objects' part of the gate: what is applied once the API server answers. */
export function apiServerObjects(gates: FeatureGates, options: WebhookConfigurationsOptions): WebhookConfiguration[] {
  if (!gates.WasmPolicies) return []
  const { validating, mutating } = webhookConfigurations(options)
  return [validating, mutating].filter((object) => object !== undefined)
}

/**
 * The variables to set so that webhook calls go to the shim and not to a proxy. kube-apiserver's HTTP client looks at
 * HTTPS_PROXY before it dials the socket, and then asks the shim for a tunnel to the *proxy*, which the
 * shim refuses. Go reads the first spelling that is not empty, so both get the joined list.
 */
export function noProxyEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  host = DEFAULT_WEBHOOK_HOST,
): Record<string, string> {
  const { hostname } = parseWebhookHost(host)
  const inherited = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(',').map((entry) => entry.trim())
  const list = [...new Set([...inherited, hostname])].filter((entry) => entry !== '').join(',')
  return { NO_PROXY: list, no_proxy: list }
}
