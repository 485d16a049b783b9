import { createRequire } from 'node:module'
import { modulePath } from './package-root.ts'

/**
 * Loads one of our own modules at once, for code that rarely needs it and cannot wait: `loadModule<typeof import('…')>(…)`,
 * named from the package root without its extension. It is loaded once, as all modules are.
 */
export function loadModule<T>(name: string): T {
  return createRequire(import.meta.url)(modulePath(name)) as T
}
