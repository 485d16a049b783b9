import { createHash } from 'node:crypto'
import { GatehouseError } from '../util/errors.ts'
import {
  type WebhookConfigurations,
  type WebhookConfigurationsOptions,
  webhookConfigurations,
} from './webhook-configurations.ts'

/** One folder for each of the two webhook plugins, absolute. */
export interface StaticManifestFolders {
  readonly validating: string
  readonly mutating: string
}

/** Reserved: the REST API neither creates nor changes an object whose name ends so. */
export const STATIC_CONFIGURATION_NAME = 'gatehouse.static.k8s.io'

/** The one file in each folder. */
export const STATIC_MANIFEST_FILE = 'gatehouse.yaml'

/** The webhook configurations as the API server takes them from its own disk: it knows no Services that early. */
export function staticWebhookConfigurations(options: WebhookConfigurationsOptions): WebhookConfigurations {
  if (!('host' in options.client)) {
    throw new GatehouseError('ERR_PLUGIN_OPTIONS', 'static manifests cannot name a Service', {
      hint: "Use the socket, or the source 'api'.",
    })
  }
  return webhookConfigurations({ ...options, name: STATIC_CONFIGURATION_NAME })
}

/**
 * By which the API server's metric `last_config_info` names a folder that holds this one file, or nothing. The loader
 * closes each file's bytes by a NUL.
 */
export function hashStaticManifest(text: string | undefined): string {
  return text === undefined ? '' : `sha256:${createHash('sha256').update(text).update('\0').digest('hex')}`
}
