import { lstat } from 'node:fs/promises'
import { ignoreAbsence, probeSocket } from './probe.ts'
import { type SocketName, watchFolder } from './socket-name.ts'

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

/** Whether another process listens under the name. One that does not listen is no successor, and whoever lost to it goes on. */
export async function isNameTaken({ path, inode }: SocketName): Promise<boolean> {
  const found = await lstat(path, { bigint: true }).catch(ignoreAbsence)
  if (found === undefined || found.ino === inode) return false
  return (await probeSocket(path)).kind === 'live'
}
