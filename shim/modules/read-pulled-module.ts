import type { AccessFiles } from '../../artifacts/load-access.ts'
import { parseReference } from '../../artifacts/reference.ts'
import { storeFolder } from '../../artifacts/store/config.ts'
import { ModuleStore } from '../../artifacts/store/module-store.ts'
import { findStored, mayHaveMoved, type PulledModule } from '../../artifacts/store/stored-copy.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'

/** How a command gets modules that are not files. */
export interface ModuleAccess extends AccessFiles {
  /** The folder of the store; absent: the user's own. */
  readonly store?: string | undefined
  /** Told what went wrong though the module is there. */
  readonly onWarning?: ((warning: string) => void) | undefined
}

/** Gets a module from the store, or from its source into the store: once, and as long as it takes. */
export async function pullOnce(url: string, access: ModuleAccess = {}): Promise<PulledModule> {
  const reference = parseReference(url)
  const store = openStore(access)
  // most are there, and what asks registries takes longer to load than a policy to answer
  const stored = mayHaveMoved(reference, 'latest') ? undefined : await findStored(reference, store)
  if (stored !== undefined) return stored
  const { pullModule } = await import('../../artifacts/pull-module.ts')
  const { loadAccess } = await import('../../artifacts/load-access.ts')
  const pulled = await pullModule(reference, { ...(await loadAccess(access)), store, ask: 'latest' })
  for (const warning of warningsOf(pulled)) access.onWarning?.(`${url}: ${warning}`)
  return pulled
}

/** What is to be said of a module though it is there. */
export function warningsOf({ unasked, unstored }: PulledModule): string[] {
  return [
    ...(unasked === undefined
      ? []
      : [`the stored copy is used, for its source cannot be asked: ${messageOf(unasked)}`]),
    ...(unstored === undefined ? [] : [`it is not kept: ${messageOf(unstored)}`]),
  ]
}

export function openStore({ store = storeFolder() }: ModuleAccess): ModuleStore {
  return new ModuleStore(store)
}

/** The stored module whose digest starts so. @throws ERR_STORE_UNKNOWN where it is none, or several */
export async function readByDigest(prefix: string, access: ModuleAccess = {}): Promise<Uint8Array> {
  const store = openStore(access)
  const found = await store.findByDigest(prefix)
  const [first] = found
  const digests = new Set(found.map(({ digest }) => digest))
  if (first !== undefined && digests.size === 1) return await store.read(first)
  const what = first === undefined ? 'no module' : `${digests.size} modules`
  throw new GatehouseError('ERR_STORE_UNKNOWN', `the store has ${what} whose digest starts with ${prefix}`, {
    hint: 'See what it has: gatehouse store list.',
  })
}
