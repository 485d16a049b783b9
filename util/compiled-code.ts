import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

/** What a thread has to find in its environment to use the compiled code that `cli/start.js` keeps. */
export function compiledCodeVariables(): { readonly NODE_COMPILE_CACHE?: string } {
  const folder = compiledCodeFolder()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}

/** Where compiled code is kept, by someone who made sure that nobody else can write there; undefined where none is. */
export function compiledCodeFolder(): string | undefined {
  const folder = getCompileCacheDir()
  // of which Node makes one more for each of its versions
  return folder === undefined ? undefined : dirname(folder)
}
