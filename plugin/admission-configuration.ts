import { posix } from 'node:path'
import { type ExistingFile, isObject, parseExistingFile, readObjects, refuseFile } from './existing-file.ts'
import type { StaticManifestFolders } from './static-manifests.ts'

/** `--admission-control-config-file`. https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/ */
export interface AdmissionConfiguration {
  readonly apiVersion: typeof API_VERSION
  readonly kind: 'AdmissionConfiguration'
  readonly plugins: readonly object[]
}

const API_VERSION = 'apiserver.config.k8s.io/v1'

/**
 * Points both webhook plugins at their folders of static manifests. A folder each: one that holds an object of the other
 * kind is refused by the API server. What an existing file says besides is kept, such as the credentials that
 * other webhooks are called with.
 */
export function admissionConfiguration(
  folders: StaticManifestFolders,
  existing?: ExistingFile,
): AdmissionConfiguration {
  const plugins = existing === undefined ? [] : readPlugins(existing)
  const ours = { ValidatingAdmissionWebhook: folders.validating, MutatingAdmissionWebhook: folders.mutating }
  const others = plugins.filter(({ name }) => !Object.hasOwn(ours, String(name)))
  const withFolders = Object.entries(ours).map(([name, folder]) => {
    // the API server takes the first entry of a name
    const plugin = plugins.find((candidate) => candidate['name'] === name)
    return { name, configuration: { ...readConfiguration(plugin, existing), ...webhookAdmission(folder) } }
  })
  if (existing !== undefined) refuseForeignFolders(plugins, ours, existing)
  return { apiVersion: API_VERSION, kind: 'AdmissionConfiguration', plugins: [...others, ...withFolders] }
}

/** Adds a plugin that the file does not configure yet, and keeps what it says of others. @throws ERR_PLUGIN_OPTIONS */
export function addAdmissionPlugin(plugin: AdmissionPlugin, existing?: ExistingFile): AdmissionConfiguration {
  const others = existing === undefined ? [] : readPlugins(existing)
  if (existing !== undefined && others.some(({ name }) => name === plugin.name)) {
    throw refuseFile(existing, `configures ${plugin.name} already`, 'Take that entry out: it is written here.')
  }
  return { apiVersion: API_VERSION, kind: 'AdmissionConfiguration', plugins: [...others, plugin] }
}

export interface AdmissionPlugin {
  readonly name: string
  readonly configuration: object
}

function webhookAdmission(staticManifestsDir: string) {
  return { apiVersion: API_VERSION, kind: 'WebhookAdmissionConfiguration', staticManifestsDir }
}

// Paths in it are relative to the file, and ours may lie in another folder.
function readPlugins(existing: ExistingFile): Record<string, unknown>[] {
  const object = parseExistingFile(existing, API_VERSION, 'AdmissionConfiguration')
  return readObjects(existing, object, 'plugins').map((plugin) => {
    const { path } = plugin
    return typeof path === 'string' && path !== ''
      ? { ...plugin, path: posix.resolve(posix.dirname(existing.path), path) }
      : plugin
  })
}

function readConfiguration(plugin: Record<string, unknown> | undefined, existing: ExistingFile | undefined): object {
  if (plugin === undefined || existing === undefined) return {}
  const { name, path, configuration } = plugin
  if (configuration === undefined || configuration === null) {
    if (path === undefined || path === '') return {}
    const where = `keeps the configuration of ${name} in another file, ${path}`
    throw refuseFile(existing, where, "Move that file's content into the field `configuration` of the plugin.")
  }
  if (!isObject(configuration) || configuration['kind'] !== 'WebhookAdmissionConfiguration') {
    throw refuseFile(
      existing,
      `configures ${name} by something else than a WebhookAdmissionConfiguration`,
      'Repair it.',
    )
  }
  return configuration
}

function refuseForeignFolders(
  plugins: readonly Record<string, unknown>[],
  ours: Readonly<Record<string, string>>,
  existing: ExistingFile,
): void {
  for (const { name, configuration } of plugins) {
    const folder = isObject(configuration) ? configuration['staticManifestsDir'] : undefined
    const own = ours[String(name)]
    if (own !== undefined && typeof folder === 'string' && folder !== '' && folder !== own) {
      const what = `gives ${name} the staticManifestsDir ${folder} already, and a plugin has one`
      throw refuseFile(existing, what, "Use the source 'api' here, or put our manifests into that folder yourself.")
    }
  }
}
