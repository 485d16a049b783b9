import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ExistingFile } from '../plugin/existing-file.ts'
import { GatehouseError, messageOf } from '../util/errors.ts'

/** A configuration file that an API server has already. @throws ERR_FILE_READ */
export async function readExistingFile(path: string): Promise<ExistingFile> {
  try {
    return { path: resolve(path), text: await readFile(path, 'utf8') }
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read ${path}: ${messageOf(cause)}`, { cause })
  }
}
