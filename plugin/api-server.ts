import { type EgressSelectorConfiguration, egressSelectorConfiguration } from './egress-selector.ts'
import type { FeatureGates } from './feature-gates.ts'
import {
  type WebhookConfiguration,
  type WebhookConfigurationsOptions,
  webhookConfigurations,
} from './webhook-configurations.ts'
import { DEFAULT_WEBHOOK_HOST, parseWebhookHost } from './webhook-host.ts'

export interface ApiServerOptions {
  /** The shim's socket. */
  readonly socket: string
  /** Where the egress selector's file will be, as the API server sees it. */
  readonly egressSelectorFile: string
  /** The host of the webhook URLs. */
  readonly host?: string
  /** What the API server would inherit. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What a kube-apiserver is given on top of stock; empty when the gate is off. */
export interface ApiServerAdditions {
  /** Appended to the command line. */
  readonly flags: readonly string[]
  /** Set over what the process inherits. */
  readonly environment: Readonly<Record<string, string>>
  /** The content of `egressSelectorFile`. */
  readonly egressSelector?: EgressSelectorConfiguration
}

/** The API server's part of the gate `WasmPolicies`: its flags, its environment, and the file that the flags name. */
export function apiServerAdditions(gates: FeatureGates, options: ApiServerOptions): ApiServerAdditions {
  if (!gates.WasmPolicies) return { flags: [], environment: {} }
  return {
    flags: [`--egress-selector-config-file=${options.egressSelectorFile}`],
    environment: noProxyEnvironment(options.environment, options.host),
    egressSelector: egressSelectorConfiguration(options),
  }
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
