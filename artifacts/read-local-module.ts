import { readFile, stat } from 'node:fs/promises'
import { formatBytes } from '../util/bytes.ts'
import { GatehouseError, messageOf } from '../util/errors.ts'
import { type FetchedModule, toModule } from './fetched-module.ts'
import type { Limits } from './limits.ts'

/** Reads a module from a file. */
export async function readLocalModule(path: string, { moduleBytes }: Limits): Promise<FetchedModule> {
  try {
    const found = await stat(path)
    // a device or a pipe may have no end
    if (!found.isFile()) throw new GatehouseError('ERR_FILE_READ', `${path} is not a file`)
    if (found.size > moduleBytes)
      throw new GatehouseError('ERR_ARTIFACT_TOO_LARGE', `${path} is larger than ${formatBytes(moduleBytes)}`)
    return toModule(path, new Uint8Array(await readFile(path)))
  } catch (cause) {
    if (cause instanceof GatehouseError) throw cause
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const code = isMissing ? 'ERR_ARTIFACT_NOT_FOUND' : 'ERR_FILE_READ'
    throw new GatehouseError(code, `cannot read ${path}: ${messageOf(cause)}`, { cause })
  }
}
