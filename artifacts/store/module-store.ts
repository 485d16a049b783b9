import { GatehouseError } from '../../util/errors.ts'
import { hasBlob, listBlobs, readBlob, writeBlob } from './blobs.ts'
import { sweepDrafts } from './drafts.ts'
import { listEntries, readEntry, removeEntry, writeEntry } from './entries.ts'
import { type Pruned, pruneBlobs } from './prune.ts'
import { unwritable } from './store-errors.ts'
import type { ModuleToStore, StoredModule } from './stored-module.ts'

/**
 * Modules on the disk: bytes under their digests, and for each reference the digest that it stood for. Any number of
 * processes may use one folder at the same time; nothing in it is ever half there.
 */
export class ModuleStore {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** What a reference stood for, if its bytes are here; also by the immutable reference that came with another one. */
  async find(reference: string): Promise<StoredModule | undefined> {
    const entry = (await readEntry(this.folder, reference)) ?? (await this.#findImmutable(reference))
    return entry !== undefined && (await hasBlob(this.folder, entry.digest)) ? entry : undefined
  }

  /** The bytes, which have the digest that they are stored under. @throws ERR_STORE_CORRUPT, ERR_STORE_READ */
  async read({ reference, digest }: StoredModule): Promise<Uint8Array> {
    const blob = await readBlob(this.folder, digest)
    if (blob.kind === 'whole') return blob.bytes
    const what = blob.kind === 'missing' ? 'are no longer there' : `are not whole: they have the digest ${blob.found}`
    throw new GatehouseError('ERR_STORE_CORRUPT', `the stored bytes ${digest} of ${reference} ${what}`, {
      hint: 'Pull it again; what is corrupt is replaced.',
    })
  }

  /** Keeps a module under a reference, in the place of what was there. @throws ERR_STORE_WRITE */
  async put(reference: string, { bytes, ...known }: ModuleToStore): Promise<StoredModule> {
    const { digest, manifestDigest, immutableReference } = known
    const entry: StoredModule = {
      reference,
      digest,
      sizeBytes: bytes.length,
      ...(manifestDigest === undefined ? {} : { manifestDigest }),
      ...(immutableReference === undefined ? {} : { immutableReference }),
    }
    try {
      await sweepDrafts(this.folder)
      // bytes first: a reference that is there has them, whenever we are killed
      await writeBlob(this.folder, digest, bytes)
      await writeEntry(this.folder, entry)
      // and again, in case they were pruned before the reference was there to be seen
      await writeBlob(this.folder, digest, bytes)
    } catch (error) {
      throw unwritable(this.folder, error)
    }
    return entry
  }

  /** Everything that is stored, in the order of the references. */
  async list(): Promise<StoredModule[]> {
    const there = new Set((await listBlobs(this.folder)).map(({ digest }) => digest))
    return (await listEntries(this.folder)).filter(({ digest }) => there.has(digest))
  }

  /** Those whose digest starts so, with `sha256:` or without. */
  async findByDigest(prefix: string): Promise<StoredModule[]> {
    const hex = prefix.replace(/^sha256:/, '')
    return (await this.list()).filter(({ digest }) => digest.startsWith(`sha256:${hex}`))
  }

  /** Forgets a reference, and the bytes that no other one stands for. @returns whether there was one */
  async remove(reference: string): Promise<boolean> {
    if ((await readEntry(this.folder, reference)) === undefined) return false
    try {
      await removeEntry(this.folder, reference)
    } catch (error) {
      throw unwritable(this.folder, error)
    }
    await this.prune()
    return true
  }

  /** Removes the bytes that no reference stands for. */
  prune(): Promise<Pruned> {
    return pruneBlobs(this.folder)
  }

  /** Of all bytes, those that no reference stands for among them. */
  async totalBytes(): Promise<number> {
    return (await listBlobs(this.folder)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  }

  async #findImmutable(reference: string): Promise<StoredModule | undefined> {
    if (!reference.includes('@')) return undefined
    const name = reference.replace(/^registry:\/\//, '')
    const entry = (await listEntries(this.folder)).find(({ immutableReference }) => immutableReference === name)
    return entry && { ...entry, reference }
  }
}
