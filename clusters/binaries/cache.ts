import { randomUUID } from 'node:crypto'
import { chmod, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { withFileLock } from '../../util/file-lock.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { isExecutable } from '../../util/programs.ts'
import type { WantedBinary } from './binary.ts'
import { PROGRAMS } from './programs.ts'
import type { BinarySource } from './source.ts'

/** A build takes minutes; a machine under load takes a few times that. */
const LOCK_TIMEOUT_MS = 60 * 60 * 1000

/** `binaries/kubernetes-v1.37.2-linux-amd64/kube-apiserver`. */
export function cachePath(cacheFolder: string, { name, version, architecture }: WantedBinary): string {
  return join(cacheFolder, 'binaries', `${PROGRAMS[name].project}-${version}-linux-${architecture}`, name)
}

/** What an earlier run has downloaded or built. A file that is there is whole: it arrives by rename. */
export function cacheSource(cacheFolder: string): BinarySource {
  return {
    title: 'the cache',
    async find(wanted) {
      const path = cachePath(cacheFolder, wanted)
      return (await isExecutable(path)) ? { path, version: wanted.version } : { missing: `${path} does not exist` }
    },
  }
}

/**
 * Puts a file into the cache that `produce` leaves in a work folder. Two processes that want the same one share the work: the
 * second waits, and finds it done. What an interrupted run left behind is removed by the next.
 */
export async function fillCache(
  path: string,
  detail: (text: string) => void,
  produce: (workFolder: string) => Promise<string>,
): Promise<void> {
  const entry = dirname(path)
  const onWait = ({ pid }: { pid: number }) => detail(`waiting for process ${pid}, which is getting it already`)
  await withFileLock(`${entry}.lock`, { timeoutMs: LOCK_TIMEOUT_MS, onWait }, async () => {
    if (await isExecutable(path)) return
    await removeLeftovers(entry)
    // A name of its own: a compiler that outlived its killed parent must not write into our folder.
    const workFolder = `${entry}.partial-${randomUUID()}`
    try {
      await makeFolder(workFolder)
      const product = await produce(workFolder)
      await chmod(product, 0o755)
      await makeFolder(entry)
      await rename(product, path)
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  })
}

async function removeLeftovers(entry: string): Promise<void> {
  const siblings = await readdir(dirname(entry))
  const leftovers = siblings.filter((name) => name.startsWith(`${basename(entry)}.partial-`))
  for (const name of leftovers) await rm(join(dirname(entry), name), { recursive: true, force: true })
}
