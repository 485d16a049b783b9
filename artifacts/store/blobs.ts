import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../digest.ts'
import { placeFile } from './drafts.ts'
import { errnoOf, unreadable } from './store-errors.ts'

const blobsFolder = (store: string) => join(store, 'blobs', 'sha256')

/** Where the bytes of a digest lie, as in an OCI image layout. */
export function blobPath(store: string, digest: string): string {
  return join(blobsFolder(store), digest.slice('sha256:'.length))
}

/** What lies under a digest: its bytes, others, or nothing. */
export type Blob =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'corrupt'; readonly found: string }
  | { readonly kind: 'missing' }

/** Reads the bytes of a digest, and makes sure that they are. @throws ERR_STORE_READ */
export async function readBlob(store: string, digest: string): Promise<Blob> {
  try {
    const bytes = await readFile(blobPath(store, digest))
    const found = digestOf(bytes)
    return found === digest ? { kind: 'whole', bytes } : { kind: 'corrupt', found }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'missing' }
    throw unreadable(store, error)
  }
}

/** Sees to it that the bytes lie under their digest; a copy that is whole stays as it is. */
export async function writeBlob(store: string, digest: string, bytes: Uint8Array): Promise<void> {
  if ((await readBlob(store, digest)).kind !== 'whole') await placeFile(store, blobPath(store, digest), bytes)
}

export async function hasBlob(store: string, digest: string): Promise<boolean> {
  return stat(blobPath(store, digest)).then(
    () => true,
    () => false,
  )
}

/** The digests that something lies under, and its size. @throws ERR_STORE_READ */
export async function listBlobs(store: string): Promise<{ digest: string; sizeBytes: number }[]> {
  const names = await readdir(blobsFolder(store)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return []
    throw unreadable(store, error)
  })
  const blobs = names
    .filter((name) => /^[0-9a-f]{64}$/.test(name))
    .map(async (name) => {
      const stats = await stat(join(blobsFolder(store), name)).catch(() => undefined)
      return stats?.isFile() ? [{ digest: `sha256:${name}`, sizeBytes: stats.size }] : []
    })
  return (await Promise.all(blobs)).flat()
}
