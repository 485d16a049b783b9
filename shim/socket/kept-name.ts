import { link, lstat, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ignoreAbsence } from './probe.ts'
import { type SocketName, watchFolder } from './socket-name.ts'

/** For file systems that tell nothing. */
const INTERVAL_MS = 1000

/**
 * Gives a socket its name back when somebody deletes it: a second name beside it, which nobody dials, keeps hold of it. A name that
 * another process has by now is left alone.
 */
export async function keepName({ path, inode }: SocketName): Promise<AsyncDisposable> {
  const spare = join(dirname(path), `.${basename(path)}.kept`)
  const draft = `${spare}.${process.pid}`
  try {
    await rm(draft, { force: true })
    await link(path, draft)
    await rename(draft, spare)
  } catch {
    return { [Symbol.asyncDispose]: async () => {} } // such as a file system without links; the socket works without
  }
  let restoring = Promise.resolve()
  const restore = async () => {
    if ((await lstat(path).catch(ignoreAbsence)) === undefined && (await isOwn(spare, inode))) await link(spare, path)
  }
  const look = () => {
    restoring = restoring.then(restore).catch(() => {})
  }
  const watcher = watchFolder(path, look)
  const timer = setInterval(look, INTERVAL_MS)
  timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      watcher?.close()
      await restoring
      if (await isOwn(spare, inode)) await rm(spare, { force: true })
    },
  }
}

async function isOwn(path: string, inode: bigint): Promise<boolean> {
  return (await lstat(path, { bigint: true }).catch(ignoreAbsence))?.ino === inode
}
