import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { placeFile } from './drafts.ts'
import { errnoOf, unreadable } from './store-errors.ts'
import { parseStoredModule, type StoredModule } from './stored-module.ts'

const entriesFolder = (store: string) => join(store, 'references')

// A reference may hold what no file name can; its digest is one.
function entryPath(store: string, reference: string): string {
  return join(entriesFolder(store), `${createHash('sha256').update(reference).digest('hex')}.json`)
}

/** What is known of a reference. A file of its own for each, so that processes never write the same one for different ends. */
export async function readEntry(store: string, reference: string): Promise<StoredModule | undefined> {
  const entry = await readEntryFile(store, entryPath(store, reference))
  return entry?.reference === reference ? entry : undefined
}

export async function writeEntry(store: string, entry: StoredModule): Promise<void> {
  await placeFile(store, entryPath(store, entry.reference), `${JSON.stringify(entry)}\n`)
}

export async function removeEntry(store: string, reference: string): Promise<void> {
  await rm(entryPath(store, reference), { force: true })
}

/** Everything that is known, in the order of the references; files that are not whole are passed over. @throws ERR_STORE_READ */
export async function listEntries(store: string): Promise<StoredModule[]> {
  const names = await readdir(entriesFolder(store)).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return []
    throw unreadable(store, error)
  })
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(entriesFolder(store), name))
  const entries = await Promise.all(files.map((file) => readEntryFile(store, file)))
  return entries.filter((entry) => entry !== undefined).sort((one, other) => (one.reference < other.reference ? -1 : 1))
}

async function readEntryFile(store: string, file: string): Promise<StoredModule | undefined> {
  try {
    return parseStoredModule(await readFile(file, 'utf8'))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw unreadable(store, error)
  }
}
