import { readlink, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Stands for every name in a folder. */
export const ANY_NAME = '*'

/** By folder, the names in it whose change may change what a path leads to. */
export type WatchedNames = ReadonlyMap<string, ReadonlySet<string>>

// As many as the kernel follows.
const MAX_LINKS = 40

/**
 * Finds where to look for changes of what lies at these paths. Git, ConfigMaps and careful people do not write into a file,
 * they give its name to another one, or the name of a folder or link anywhere on the way. So every step of the way counts,
 * along every link, and in a folder at its end every name.
 */
export async function findWatchedNames(paths: readonly string[]): Promise<WatchedNames> {
  const watched = new Map<string, Set<string>>()
  const add = (folder: string, name: string) => {
    watched.set(folder, (watched.get(folder) ?? new Set()).add(name))
  }
  for (const path of paths) await follow(resolve(path), add, MAX_LINKS)
  return watched
}

async function follow(path: string, add: (folder: string, name: string) => void, links: number): Promise<void> {
  const names = path.split('/').filter((name) => name !== '')
  let folder = '/'
  for (const [index, name] of names.entries()) {
    add(folder, name)
    const target = await readlink(join(folder, name)).catch(() => undefined)
    if (target !== undefined) {
      const rest = join(resolve(folder, target), ...names.slice(index + 1))
      return links === 0 ? undefined : follow(rest, add, links - 1)
    }
    folder = join(folder, name)
  }
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (isFolder) add(folder, ANY_NAME)
}
