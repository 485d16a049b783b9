import { resolve } from 'node:path'
import type { AccessFiles } from '../../artifacts/load-access.ts'
import { FLAG_DEFAULTS } from '../flag-defaults.ts'

/** Where modules are kept that are pulled, and how they are. */
export interface ModuleOptions extends AccessFiles {
  /** The folder of the store. */
  readonly store: string
  /** How long a start or a reload waits for a module that is pulled for the first time. */
  readonly patienceMs?: number
}

export interface ModuleFlags {
  readonly policiesDownloadDir?: string
  readonly sourcesPath?: string
  readonly dockerConfigJsonPath?: string
}

export function readModuleFlags({
  policiesDownloadDir,
  sourcesPath,
  dockerConfigJsonPath,
}: ModuleFlags): ModuleOptions {
  return {
    store: resolve(policiesDownloadDir ?? FLAG_DEFAULTS.store),
    ...(sourcesPath === undefined ? {} : { sources: resolve(sourcesPath) }),
    ...(dockerConfigJsonPath === undefined ? {} : { dockerConfig: resolve(dockerConfigJsonPath) }),
  }
}
