import { link, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../util/make-folder.ts'
import { blobPath, listBlobs } from './blobs.ts'
import { draftPath, sweepDrafts } from './drafts.ts'
import { listEntries } from './entries.ts'
import { errnoOf, unwritable } from './store-errors.ts'

/** What was removed. */
export interface Pruned {
  readonly blobs: number
  readonly bytes: number
}

/** Removes the bytes that no reference stands for any more. @throws ERR_STORE_READ, ERR_STORE_WRITE */
export async function pruneBlobs(store: string): Promise<Pruned> {
  const isNeeded = await findNeeded(store)
  const candidates = (await listBlobs(store)).filter(({ digest }) => !isNeeded(digest))
  let pruned: Pruned = { blobs: 0, bytes: 0 }
  try {
    await sweepDrafts(store)
    for (const { digest, sizeBytes } of candidates)
      if (await pruneBlob(store, digest)) pruned = { blobs: pruned.blobs + 1, bytes: pruned.bytes + sizeBytes }
  } catch (error) {
    throw unwritable(store, error)
  }
  return pruned
}

/**
 * Takes the bytes aside, and looks again whether nobody needs them: a process may have found them there, and written a
 * reference to them since. Whoever writes a reference looks afterwards whether its bytes are still there, so that one of
 * the two sees the other.
 */
async function pruneBlob(store: string, digest: string): Promise<boolean> {
  const path = blobPath(store, digest)
  const aside = draftPath(store)
  await makeFolder(dirname(aside))
  if (!(await succeeds(rename(path, aside), 'ENOENT'))) return false
  const isNeeded = await findNeeded(store)
  if (isNeeded(digest)) await succeeds(link(aside, path), 'EEXIST')
  await rm(aside, { force: true })
  return !isNeeded(digest)
}

async function findNeeded(store: string): Promise<(digest: string) => boolean> {
  const digests = new Set((await listEntries(store)).map(({ digest }) => digest))
  return (digest) => digests.has(digest)
}

async function succeeds(action: Promise<void>, expected: string): Promise<boolean> {
  try {
    await action
    return true
  } catch (error) {
    if (errnoOf(error) === expected) return false
    throw error
  }
}
