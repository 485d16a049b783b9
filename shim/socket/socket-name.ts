import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** A socket's path, and whose it is: as long as the socket is open, no other has this number. */
export interface SocketName {
  readonly path: string
  readonly inode: bigint
}

/** Hears when something happens to the name; undefined where the file system does not tell. */
export function watchFolder(path: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const options = { persistent: false }
    const watcher = watch(dirname(path), options, (_event, name) => name === basename(path) && onEvent())
    return watcher.on('error', () => {})
  } catch {
    return undefined // none left of inotify's watches, for example; the timer looks, too
  }
}
