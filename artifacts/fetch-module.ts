import { withDeadline } from './deadline.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { FetchedModule } from './fetched-module.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { formatReference, type ModuleReference } from './reference.ts'

/**
 * Gets a module from where its reference says. A relative file is looked for in the working directory.
 * @throws ERR_ARTIFACT_* and ERR_CREDENTIALS_INVALID
 */
export function fetchModule(reference: ModuleReference, options: FetchOptions): Promise<FetchedModule> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  return withDeadline(formatReference(reference), limits.totalMs, options.signal, async (signal) => {
    // Loaded when needed: a command that finds its modules in the store starts sooner.
    if (reference.scheme === 'file') {
      const { readLocalModule } = await import('./read-local-module.ts')
      return readLocalModule(reference.path, limits)
    }
    const remote = await import('./remote.ts')
    return remote.fetchRemote(reference, { ...options, limits, signal })
  })
}
