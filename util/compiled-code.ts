import { lstatSync } from 'node:fs'
import { enableCompileCache, getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { makeFolder } from './make-folder.ts'

/**
 * Keeps what V8 makes of our code, so that the next start of the program need not make it again: it is two times as fast.
 * Who can write into the folder can run code as us, so it must be our own; without such a folder all is as before.
 */
export async function keepCompiledCode(folder: string): Promise<void> {
  try {
    await makeFolder(folder, 0o700)
  } catch {
    // no home folder, or a disk that takes nothing
    return
  }
  if (isOurs(folder, 0o022) && isOurs(dirname(folder), 0o002)) enableCompileCache(folder)
}

/** What a thread has to find in its environment to use the same folder. */
export function compiledCodeVariables(): { readonly NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir()
  // of which Node makes one more for each of its versions
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

function isOurs(folder: string, forbiddenMode: number): boolean {
  const { uid, mode } = lstatSync(folder)
  return uid === process.getuid?.() && (mode & forbiddenMode) === 0
}
