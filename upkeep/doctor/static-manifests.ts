import { posix } from 'node:path'
import type { ApiObject } from '../api-reader.ts'
import type { ApiServer } from './api-server/api-server.ts'
import { parseObjects, readManifestFolders, WEBHOOK_PLUGINS, type WebhookPlugin } from './api-server/config-files.ts'

/** One file that the API server reads its webhook configurations from. */
export interface StaticManifest {
  readonly plugin: WebhookPlugin
  readonly path: string
  /** Or what is wrong with the file. */
  readonly objects: readonly ApiObject[] | Error
}

/** All files that the API server reads. https://kep.k8s.io/5793: `.yaml`, `.yml` and `.json`, no folders below. */
export async function readStaticManifests(apiServer: ApiServer): Promise<StaticManifest[]> {
  const folders = (await readManifestFolders(apiServer)) ?? {}
  const files = await Promise.all(
    WEBHOOK_PLUGINS.map(async (plugin) => {
      const folder = folders[plugin]
      if (folder === undefined) return []
      const names = await apiServer.readFolder(folder).catch(() => [])
      const manifests = names.filter((name) => /\.(ya?ml|json)$/.test(name)).sort()
      return Promise.all(manifests.map((name) => readOne(apiServer, plugin, posix.join(folder, name))))
    }),
  )
  return files.flat()
}

async function readOne(apiServer: ApiServer, plugin: WebhookPlugin, path: string): Promise<StaticManifest> {
  try {
    return { plugin, path, objects: parseObjects(await apiServer.readFile(path)) }
  } catch (error) {
    return { plugin, path, objects: error instanceof Error ? error : new Error(String(error)) }
  }
}
