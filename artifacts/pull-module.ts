import { GatehouseError, isGatehouseError, messageOf } from '../util/errors.ts'
import { fetchModule } from './fetch-module.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { FetchedModule } from './fetched-module.ts'
import type { ModuleReference } from './reference.ts'
import { resolveDigest } from './resolve-digest.ts'
import type { ModuleStore } from './store/module-store.ts'
import { type Ask, findCopy, mayHaveMoved, type PulledModule, storeKey, toPulled } from './store/stored-copy.ts'
import type { StoredModule } from './store/stored-module.ts'

export interface PullOptions extends FetchOptions {
  readonly store: ModuleStore
  readonly ask: Ask
  /** How long a source may take to say what it has, where a stored copy would do. */
  readonly askMs?: number | undefined
}

/**
 * Gets a module from the store, or from its source into the store. Where the source cannot say what it has now, a stored
 * copy does; where a stored copy is corrupt, it is replaced. @throws ERR_ARTIFACT_*, ERR_STORE_CORRUPT
 */
export async function pullModule(reference: ModuleReference, options: PullOptions): Promise<PulledModule> {
  const { store, limits, askMs } = options
  const copy = await findCopy(store, storeKey(reference))
  if (copy.stored === undefined) return await fetchInto(reference, options, copy.problem)
  if (!mayHaveMoved(reference, options.ask)) return toPulled(store, copy.stored)
  try {
    const asking = askMs === undefined ? options : { ...options, limits: { ...limits, totalMs: askMs } }
    if (await isUnchanged(reference, copy.stored, asking)) return toPulled(store, copy.stored)
    return await fetchInto(reference, options)
  } catch (error) {
    options.signal?.throwIfAborted()
    return { ...toPulled(store, copy.stored), unasked: error }
  }
}

async function isUnchanged(reference: ModuleReference, stored: StoredModule, options: FetchOptions): Promise<boolean> {
  // a web server has no digests to ask for
  if (reference.scheme !== 'registry' || stored.manifestDigest === undefined) return false
  return (await resolveDigest(reference, options)) === stored.manifestDigest
}

async function fetchInto(reference: ModuleReference, options: PullOptions, problem?: unknown): Promise<PulledModule> {
  const { store } = options
  const fetched = await fetchModule(reference, options).catch((error: unknown) => {
    throw problem === undefined ? error : unhealed(problem, error)
  })
  try {
    return { ...toPulled(store, await store.put(storeKey(reference), fetched)), from: 'source' }
  } catch (unstored) {
    return { ...describe(fetched), from: 'source', unstored, read: async () => fetched.bytes }
  }
}

function unhealed(problem: unknown, cause: unknown): GatehouseError {
  const code = isGatehouseError(problem) ? problem.code : 'ERR_STORE_READ'
  const message = `${messageOf(problem)}; and it cannot be fetched again: ${messageOf(cause)}`
  return new GatehouseError(code, message, { cause })
}

function describe({ bytes, ...known }: FetchedModule) {
  return { ...known, sizeBytes: bytes.length }
}
