import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { WEBHOOKS_FILE } from '../../clusters/manifests.ts'
import { staticManifestFolders } from '../../shim/registration/static-manifests.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { readIfThere } from '../../util/replace-file.ts'
import { parseObjects } from '../doctor/api-server/config-files.ts'
import { isOurs } from '../our-webhooks.ts'
import { planAdmissionConfiguration } from './plan-admission-configuration.ts'
import type { Step } from './step.ts'

/**
 * What to do with the files of `gatehouse manifests --out FOLDER`. The folders of static manifests stay, emptied of ours:
 * without them an API server that still names them does not start. @throws ERR_FILE_READ
 */
export async function planFiles(folder: string): Promise<Step[]> {
  const root = resolve(folder)
  const folders = staticManifestFolders(root)
  const manifests = await Promise.all(Object.values(folders).map(planFolder))
  const found = [
    ...manifests.flat(),
    ...(await planFile(join(root, WEBHOOKS_FILE))),
    ...(await planAdmissionConfiguration(root, Object.values(folders))),
  ]
  if (found.length > 0) return found
  throw new GatehouseError('ERR_FILE_READ', `${root}: holds nothing that \`gatehouse manifests\` writes`, {
    hint: 'Give the folder that was its --out.',
  })
}

async function planFolder(folder: string): Promise<Step[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw unreadable(folder, error)
  })
  const manifests = names.filter((name) => /\.(ya?ml|json)$/.test(name)).sort()
  return (await Promise.all(manifests.map((name) => planFile(join(folder, name))))).flat()
}

async function planFile(path: string): Promise<Step[]> {
  const text = await readIfThere(path).catch((error) => {
    throw unreadable(path, error)
  })
  if (text === undefined) return []
  try {
    const objects = parseObjects(text)
    const own = objects.filter((object) => isOurs(object))
    if (own.length === 0) return [{ what: path, action: 'leave', why: 'holds nothing of ours' }]
    if (own.length < objects.length)
      return [{ what: path, action: 'leave', why: 'holds objects of ours and of others: take ours out by hand' }]
    return [{ what: path, action: 'remove', why: 'holds our webhooks', perform: () => rm(path) }]
  } catch (error) {
    return [{ what: path, action: 'leave', why: `cannot be read, so nobody knows whose it is: ${messageOf(error)}` }]
  }
}

function unreadable(path: string, cause: unknown): GatehouseError {
  return new GatehouseError('ERR_FILE_READ', `cannot read ${path}: ${messageOf(cause)}`, { cause })
}
