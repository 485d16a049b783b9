import { readFile } from 'node:fs/promises'
import { GatehouseError, messageOf } from '../../util/errors.ts'

/** Authorizes by the token that a file holds at that moment: whoever issues it writes a new one before it ends. */
export function authorizeByFile(path: string): () => Promise<string> {
  return async () => {
    try {
      return `Bearer ${(await readFile(path, 'utf8')).trim()}`
    } catch (cause) {
      throw new GatehouseError('ERR_KUBE_CONFIG', `the token file ${path} cannot be read: ${messageOf(cause)}`, {
        cause,
      })
    }
  }
}
