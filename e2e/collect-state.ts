import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { makeFolder } from '../util/make-folder.ts'
import { describeAll } from './describe-all.ts'
import { listObjects } from './inventory.ts'
import type { Site } from './site.ts'

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1'

/** What is asked of the API server, by file name. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  events: '/api/v1/events',
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  services: '/api/v1/services',
  deployments: '/apis/apps/v1/deployments',
  replicasets: '/apis/apps/v1/replicasets',
  leases: '/apis/coordination.k8s.io/v1/leases',
  validatingwebhookconfigurations: `${WEBHOOKS}/validatingwebhookconfigurations`,
  mutatingwebhookconfigurations: `${WEBHOOKS}/mutatingwebhookconfigurations`,
}

/** Writes everything that there is to know into a folder: logs, objects, and what the parts say. Never fails for one of them. */
export async function collectState(site: Site, folder: string): Promise<string> {
  await makeFolder(join(folder, 'logs'))
  await makeFolder(join(folder, 'objects'))
  await copyLogs(site, join(folder, 'logs'))
  const read = (path: string) => async () => stringify(await site.api.call<object>({ path }))
  const objects = await describeAll({
    'all.txt': async () => `${(await listObjects(site.api)).join('\n')}\n`,
    ...Object.fromEntries(Object.entries(COLLECTIONS).map(([name, path]) => [`${name}.yaml`, read(path)])),
  })
  await writeAll(join(folder, 'objects'), objects)
  await writeAll(folder, await site.describe())
  return folder
}

async function copyLogs(site: Site, folder: string): Promise<void> {
  const logs = await site.logs().catch(() => ({}))
  for (const [name, file] of Object.entries(logs)) {
    await copyFile(file, join(folder, `${name}.log`)).catch(() => {})
  }
}

async function writeAll(folder: string, texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)
}
