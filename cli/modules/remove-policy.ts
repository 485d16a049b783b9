import { parseReference } from '../../artifacts/reference.ts'
import type { ModuleStore } from '../../artifacts/store/module-store.ts'
import { storeKey } from '../../artifacts/store/stored-copy.ts'
import { GatehouseError } from '../../util/errors.ts'

/** Removes a reference from the store, with the bytes that no other one stands for. @throws ERR_STORE_UNKNOWN */
export async function removePolicy(store: ModuleStore, text: string): Promise<void> {
  if (await store.remove(storeKey(parseReference(text)))) return
  throw new GatehouseError('ERR_STORE_UNKNOWN', `the store ${store.folder} has no ${text}`, {
    hint: 'See what it has: gatehouse store list.',
  })
}
