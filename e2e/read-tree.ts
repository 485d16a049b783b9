import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files below a folder, by path, each with the digest of what it says; folders and sockets with what they are. */
export async function readTree(
  folder: string,
  without: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = entries.map(async (entry): Promise<Readonly<Record<string, string>>> => {
    const path = join(folder, entry.name)
    if (without.includes(path)) return {}
    if (entry.isDirectory()) return { [path]: 'a folder', ...(await readTree(path, without)) }
    return { [path]: entry.isFile() ? await digest(path) : 'no ordinary file' }
  })
  return Object.assign({}, ...(await Promise.all(found)))
}

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}
