import { posix } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { readEgressSelections as selectionsOf } from '../../../plugin/egress-selector.ts'
import { isObject, parseExistingFile, readObjects } from '../../../plugin/existing-file.ts'
import type { ApiServer } from './api-server.ts'

type Entry = Readonly<Record<string, unknown>>

const EGRESS_FLAG = 'egress-selector-config-file'
const ADMISSION_FLAG = 'admission-control-config-file'

/** The selections of the egress selector's file; undefined when no flag names one. @throws what is wrong with the file */
export async function readEgressSelections(apiServer: ApiServer): Promise<readonly Entry[] | undefined> {
  const path = apiServer.flags.get(EGRESS_FLAG)
  if (path === undefined) return undefined
  return selectionsOf({ path, text: await apiServer.readFile(path) })
}

/** The socket that URL webhooks are sent to; undefined when they are not sent to a socket. */
export async function readControlPlaneSocket(apiServer: ApiServer): Promise<string | undefined> {
  const selections = (await readEgressSelections(apiServer)) ?? []
  const controlPlane = selections.find(({ name }) => /^(controlplane|master)$/i.test(String(name)))
  return controlPlane === undefined ? undefined : readSocket(controlPlane)
}

/** The socket of one selection, if it is HTTP CONNECT over a socket. */
export function readSocket({ connection }: Entry): string | undefined {
  if (!isObject(connection) || connection['proxyProtocol'] !== 'HTTPConnect') return undefined
  const { transport } = connection
  const uds = isObject(transport) ? transport['uds'] : undefined
  const path = isObject(uds) ? uds['udsName'] : undefined
  return typeof path === 'string' ? path : undefined
}

export const WEBHOOK_PLUGINS = ['ValidatingAdmissionWebhook', 'MutatingAdmissionWebhook'] as const
export type WebhookPlugin = (typeof WEBHOOK_PLUGINS)[number]

/** The folders of static manifests, by plugin; undefined when no flag names an AdmissionConfiguration. */
export async function readManifestFolders(
  apiServer: ApiServer,
): Promise<Partial<Record<WebhookPlugin, string>> | undefined> {
  const path = apiServer.flags.get(ADMISSION_FLAG)
  if (path === undefined) return undefined
  const file = { path, text: await apiServer.readFile(path) }
  const plugins = readObjects(
    file,
    parseExistingFile(file, 'apiserver.config.k8s.io/v1', 'AdmissionConfiguration'),
    'plugins',
  )
  const folders: Partial<Record<WebhookPlugin, string>> = {}
  for (const name of WEBHOOK_PLUGINS) {
    const plugin = plugins.find((candidate) => candidate['name'] === name)
    const configuration = plugin === undefined ? undefined : await readPluginConfiguration(plugin, path, apiServer)
    const folder = configuration?.['staticManifestsDir']
    if (typeof folder === 'string' && folder !== '') folders[name] = folder
  }
  return folders
}

// In the field, or in a file of its own whose path is relative to the AdmissionConfiguration.
async function readPluginConfiguration(
  { configuration, path }: Entry,
  file: string,
  apiServer: ApiServer,
): Promise<Entry | undefined> {
  if (isObject(configuration)) return configuration
  if (typeof path !== 'string' || path === '') return undefined
  const [object] = parseObjects(await apiServer.readFile(posix.resolve(posix.dirname(file), path)))
  return object
}

/** The objects of a YAML or JSON text, those in lists too. @throws Error for what is no YAML */
export function parseObjects(text: string): Entry[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw new Error(error.message)
    const object: unknown = document.toJS()
    if (!isObject(object)) return []
    const items = String(object['kind']).endsWith('List') ? object['items'] : undefined
    return Array.isArray(items) ? items.filter(isObject) : [object]
  })
}
