import { GatehouseError } from '../util/errors.ts'
import { withDeadline } from './deadline.ts'
import type { FetchOptions } from './fetch-options.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { formatReference, type ModuleReference } from './reference.ts'

/**
 * The digest of the manifest that a registry reference stands for now. It is computed from the manifest itself: a header
 * would be the registry's word alone. @throws ERR_ARTIFACT_*, ERR_REFERENCE_INVALID
 */
export async function resolveDigest(reference: ModuleReference, options: FetchOptions): Promise<string> {
  const what = formatReference(reference)
  if (reference.scheme !== 'registry')
    throw new GatehouseError('ERR_REFERENCE_INVALID', `${what} is in no registry; only manifests have such a digest`)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  return withDeadline(what, limits.totalMs, options.signal, async (signal) => {
    const remote = await import('./remote.ts')
    return remote.resolveRemote(reference, { ...options, limits, signal })
  })
}
