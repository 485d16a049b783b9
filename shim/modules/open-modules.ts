import { loadCredentials } from '../../artifacts/credentials/load-credentials.ts'
import { type AccessFiles, loadAccess } from '../../artifacts/load-access.ts'
import { loadSources } from '../../artifacts/sources/load-sources.ts'
import { ModuleStore } from '../../artifacts/store/module-store.ts'
import type { ModuleOptions } from './module-options.ts'
import { RemoteModules, type RemoteModulesOptions } from './remote-modules.ts'

/**
 * Where a shim's modules come from. What says how servers are reached is read again for every pull: certificates and
 * passwords change. @throws ERR_SOURCES_INVALID, ERR_CREDENTIALS_INVALID
 */
export async function openModules(
  { store: folder, patienceMs, ...files }: ModuleOptions,
  options: Pick<RemoteModulesOptions, 'onPull' | 'log'>,
): Promise<RemoteModules> {
  await checkNamed(files)
  const store = new ModuleStore(folder)
  return new RemoteModules({
    ...options,
    ...(patienceMs === undefined ? {} : { patienceMs }),
    store,
    access: () => loadAccess(files),
  })
}

// What was not named may be anybody's: a broken ~/.docker/config.json matters only where something is pulled.
async function checkNamed({ sources, dockerConfig }: AccessFiles): Promise<void> {
  if (sources !== undefined) await loadSources(sources)
  if (dockerConfig !== undefined) await loadCredentials(dockerConfig)
}
