import { formatReference, type ModuleReference } from '../reference.ts'
import type { ModuleStore } from './module-store.ts'
import type { StoredModule } from './stored-module.ts'

/**
 * When the source is asked although a copy is stored: `latest`, as Kubewarden does, for that tag; `tags` for whatever may
 * mean another module than before. A digest never does.
 */
export type Ask = 'latest' | 'tags'

/** A module that is at hand. */
export interface PulledModule extends Omit<StoredModule, 'reference'> {
  /** Where the bytes were found. */
  readonly from: 'source' | 'store'
  /** Why the source did not say whether it has a newer one. */
  readonly unasked?: unknown
  /** Why it is not kept in the store. */
  readonly unstored?: unknown
  /** @throws ERR_STORE_CORRUPT, ERR_STORE_READ */
  read(): Promise<Uint8Array>
}

/** What a copy is worth that may be in the store. */
export type Copy = { readonly stored: StoredModule } | { readonly stored?: undefined; readonly problem?: unknown }

/** What the store has of a reference; nobody is asked. Undefined too where it cannot be read, or is not whole. */
export async function findStored(reference: ModuleReference, store: ModuleStore): Promise<PulledModule | undefined> {
  const { stored } = await findCopy(store, storeKey(reference))
  return stored && toPulled(store, stored)
}

/** What a reference is called in the store. Where it has a digest, a tag says nothing more. */
export function storeKey(reference: ModuleReference): string {
  if (reference.scheme !== 'registry' || reference.digest === undefined) return formatReference(reference)
  const { scheme, host, repository, digest } = reference
  return formatReference({ scheme, host, repository, digest })
}

/** Whether a reference always means the same bytes. */
export function isImmutable(reference: ModuleReference): boolean {
  return reference.scheme === 'registry' && reference.digest !== undefined
}

/** Whether a source has to be asked although there is a copy. */
export function mayHaveMoved(reference: ModuleReference, ask: Ask): boolean {
  if (isImmutable(reference)) return false
  return ask === 'tags' || (reference.scheme === 'registry' && reference.tag === 'latest')
}

// Read now, so that what is corrupt is found while it can be replaced.
export async function findCopy(store: ModuleStore, key: string): Promise<Copy> {
  try {
    const stored = await store.find(key)
    if (stored === undefined) return {}
    await store.read(stored)
    return { stored }
  } catch (problem) {
    return { problem }
  }
}

export function toPulled(store: ModuleStore, stored: StoredModule): PulledModule {
  const { reference: _, ...known } = stored
  return { ...known, from: 'store', read: () => store.read(stored) }
}
