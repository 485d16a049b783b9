import { loadCredentials } from './credentials/load-credentials.ts'
import type { FetchOptions } from './fetch-options.ts'
import { loadSources } from './sources/load-sources.ts'

/** Files that say how servers are reached, and as whom. */
export interface AccessFiles {
  /** Kubewarden's sources.yml; absent: none. */
  readonly sources?: string | undefined
  /** Docker's config.json, or the folder that holds it; absent: Docker's own. */
  readonly dockerConfig?: string | undefined
}

/** Reads them as they are now. @throws ERR_SOURCES_INVALID, ERR_CREDENTIALS_INVALID */
export async function loadAccess({
  sources,
  dockerConfig,
}: AccessFiles): Promise<Pick<FetchOptions, 'sources' | 'credentials'>> {
  return { sources: await loadSources(sources), credentials: await loadCredentials(dockerConfig) }
}
