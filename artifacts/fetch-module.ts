import { withDeadline } from './deadline.ts'
import type { FetchOptions } from './fetch-options.ts'
import type { FetchedModule } from './fetched-module.ts'
import { Transport } from './http/transport.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { readLocalModule } from './read-local-module.ts'
import { formatReference, type ModuleReference } from './reference.ts'
import { fetchFromRegistry } from './registry/fetch-from-registry.ts'
import { RegistryClient } from './registry/registry-client.ts'
import { fetchFromWeb } from './web/fetch-from-web.ts'

/**
 * Gets a module from where its reference says. A relative file is looked for in the working directory.
 * @throws ERR_ARTIFACT_* and ERR_CREDENTIALS_INVALID
 */
export function fetchModule(reference: ModuleReference, options: FetchOptions): Promise<FetchedModule> {
  const { sources, credentials, onProgress } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  return withDeadline(formatReference(reference), limits.totalMs, options.signal, async (signal) => {
    if (reference.scheme === 'file') return readLocalModule(reference.path, limits)
    using transport = new Transport(sources, limits)
    if (reference.scheme !== 'registry') return await fetchFromWeb(transport, reference, { signal, onProgress })
    const client = new RegistryClient({ name: reference, actions: 'pull', transport, credentials, signal })
    return await fetchFromRegistry(client, reference, onProgress)
  })
}
