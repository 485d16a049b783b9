import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { programFolders } from './config.ts'

/** Whether there is a program at that path. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Where a shell would find the program, looking into the folders of the system's own programs too. */
export async function findProgram(name: string, folders = programFolders()): Promise<string | undefined> {
  for (const folder of new Set([...folders, '/usr/local/sbin', '/usr/sbin', '/sbin'])) {
    const path = join(folder, name)
    if (await isExecutable(path)) return path
  }
  return undefined
}
