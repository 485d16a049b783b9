import { type FSWatcher, watch } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { ignoreAbsence, probeSocket } from './probe.ts'
import type { BoundUnixSocket } from './unix-socket.ts'

/** For file systems that tell nothing. */
const INTERVAL_MS = 1000

/** Calls `onTaken` when a successor has the socket's name. */
export function watchName(bound: SocketName, onTaken: () => void): Disposable {
  const look = async () => {
    if (await isNameTaken(bound).catch(() => false)) onTaken()
  }
  const watcher = watchFolder(bound.path, () => void look())
  const timer = setInterval(() => void look(), INTERVAL_MS)
  timer.unref()
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      watcher?.close()
    },
  }
}

export type SocketName = Pick<BoundUnixSocket, 'path' | 'inode'>

/** Whether another process listens under the name. One that does not listen is no successor, and whoever lost to it goes on. */
export async function isNameTaken({ path, inode }: SocketName): Promise<boolean> {
  const found = await lstat(path, { bigint: true }).catch(ignoreAbsence)
  if (found === undefined || found.ino === inode) return false
  return (await probeSocket(path)).kind === 'live'
}

function watchFolder(path: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const options = { persistent: false }
    const watcher = watch(dirname(path), options, (_event, name) => name === basename(path) && onEvent())
    return watcher.on('error', () => {})
  } catch {
    return undefined // none left of inotify's watches, for example; the timer looks, too
  }
}
