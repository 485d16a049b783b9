import { randomUUID } from 'node:crypto'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../util/make-folder.ts'

/** Writing a draft takes seconds; one this old was left by a process that died, on this machine or in another container. */
const MAX_AGE_MS = 3_600_000

const draftsFolder = (store: string) => join(store, 'drafts')

/** A name for a file that nobody else uses, in a folder from which it can be moved to its place at once. */
export function draftPath(store: string): string {
  return join(draftsFolder(store), randomUUID())
}

/** Puts a file in its place, whole or not at all: also when the process is killed, or the machine loses its power. */
export async function placeFile(store: string, path: string, content: Uint8Array | string): Promise<void> {
  const draft = draftPath(store)
  await makeFolder(dirname(draft))
  await makeFolder(dirname(path))
  try {
    await writeSynced(draft, content)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
}

/** Removes what processes left that were killed while they wrote. */
export async function sweepDrafts(store: string): Promise<void> {
  const names = await readdir(draftsFolder(store)).catch(() => [])
  for (const path of names.map((name) => join(draftsFolder(store), name))) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > MAX_AGE_MS) await rm(path, { force: true }).catch(() => {})
  }
}

async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
