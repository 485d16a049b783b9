import type { ModuleContent, ReadModules } from './module-content.ts'
import { isFile, readModuleFiles } from './read-module-files.ts'
import type { ModuleAccess } from './read-pulled-module.ts'

/** Files, and what is pulled unless it is stored: for a command, which waits for it. What is stored serves without a registry. */
export function pullModules(access: ModuleAccess = {}): ReadModules {
  return async (urls) => {
    const files = await readModuleFiles(urls.filter(isFile))
    const pulled = urls
      .filter((url) => !isFile(url))
      .map(async (url) => [url, await pull(url, access).catch((error: Error) => error)] as const)
    return new Map([...files, ...(await Promise.all(pulled))])
  }
}

async function pull(url: string, access: ModuleAccess): Promise<ModuleContent> {
  // most policies are files, and commands start in little time
  const { pullOnce } = await import('./read-pulled-module.ts')
  const { digest, immutableReference, read } = await pullOnce(url, access)
  return { digest, ...(immutableReference === undefined ? {} : { immutableReference }), read }
}
