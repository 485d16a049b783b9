import type { ReadModules } from './module-content.ts'
import { readModuleFiles } from './read-module-files.ts'

/** Where the modules come from that policies name. */
export interface ModuleSupply {
  readonly read: ReadModules
  /** Asks again for everything that may have changed, or could not be had. */
  refresh(): void
  /** Calls whenever `read` would give something else than it did. */
  onChange(listener: () => void): void
}

/** Modules that are files, and nothing else. */
export const MODULE_FILES: ModuleSupply = { read: readModuleFiles, refresh() {}, onChange() {} }
