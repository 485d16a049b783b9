import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { digestOf } from '../../artifacts/digest.ts'
import { freeBytes } from '../../util/bytes.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { ModuleContent, ReadModules } from './module-content.ts'

interface KnownFile {
  /** What changes with whatever is done to a file. */
  readonly version: string
  readonly digest: string
}

/** A file that was changed less long before it was read may be changed again within the same tick of the file system's clock. */
const SETTLED_MS = 2000

/**
 * Reads modules that are files, and those that have not changed no second time: policies are looked at again and again by the thread
 * that answers requests, and modules may be of many megabytes.
 */
export class ModuleFiles {
  #known = new Map<string, KnownFile>()

  readonly read: ReadModules = async (urls) => {
    const known = new Map<string, KnownFile>()
    const contents = await Promise.all(
      urls.map(async (url) => [url, await this.#read(url, known).catch((error: Error) => error)] as const),
    )
    // what is named no longer is forgotten
    this.#known = known
    return new Map(contents)
  }

  async #read(url: string, known: Map<string, KnownFile>): Promise<ModuleContent> {
    const path = fileURLToPath(url)
    const { version, changedAt } = await describe(path)
    const before = this.#known.get(url)
    if (before?.version === version) {
      known.set(url, before)
      return { digest: before.digest, read: () => readAgain(path, before.digest), free: freeBytes }
    }
    const readAt = Date.now()
    const content = contentOnce(await readFile(path), path)
    const isSettled = readAt - changedAt > SETTLED_MS && (await describe(path)).version === version
    if (isSettled) known.set(url, { version, digest: content.digest })
    return content
  }
}

async function describe(path: string): Promise<{ readonly version: string; readonly changedAt: number }> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true })
  return { version: [dev, ino, size, mtimeNs, ctimeNs].join(), changedAt: Number(ctimeMs) }
}

/** What was read, for the first who asks: the policies in force keep this content, and modules may be of many megabytes. */
function contentOnce(bytes: Uint8Array, path: string): ModuleContent {
  const digest = digestOf(bytes)
  let held: Uint8Array | undefined = bytes
  return {
    digest,
    read: async () => {
      const first = held
      held = undefined
      return first ?? readAgain(path, digest)
    },
    free: freeBytes,
  }
}

/** @throws ERR_FILE_READ where the file is another one by now; whoever looks again finds that one */
async function readAgain(path: string, digest: string): Promise<Uint8Array> {
  const bytes = await readFile(path)
  if (digestOf(bytes) === digest) return bytes
  throw new GatehouseError('ERR_FILE_READ', `${path}: the file was changed while it was read`)
}
