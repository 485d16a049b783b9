import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

/** What a thread has to find in its environment to use the compiled code that `cli/start.js` keeps. */
export function compiledCodeVariables(): { readonly NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir()
  // of which Node makes one more for each of its versions
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}
