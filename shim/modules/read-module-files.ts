import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { contentOf, type ReadModules } from './module-content.ts'

/** Reads modules that are files. */
export const readModuleFiles: ReadModules = async (urls) => {
  const read = urls.map(async (url) => {
    const content = await readFile(fileURLToPath(url)).then(contentOf, (error: Error) => error)
    return [url, content] as const
  })
  return new Map(await Promise.all(read))
}

/** Whether a module's URL means a file. */
export function isFile(url: string): boolean {
  return url.startsWith('file://')
}
