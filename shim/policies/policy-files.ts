import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'

/** A file that holds policies, and its text. */
export interface PolicyFile {
  readonly file: string
  readonly text: string
}

/** Reads a policies file, or the `.yaml`, `.yml` and `.json` files of a folder. @throws ERR_FILE_READ */
export async function readPolicyFiles(path: string): Promise<PolicyFile[]> {
  return await Promise.all((await listFiles(path)).map(readPolicyFile))
}

// As `kubectl apply -f folder` does: direct children only, in the order of their names.
async function listFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const names = (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name))
    return names.sort().map((name) => join(path, name))
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function readPolicyFile(file: string): Promise<PolicyFile> {
  try {
    return { file, text: await readFile(file, 'utf8') }
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(path: string, cause: unknown): GatehouseError {
  return new GatehouseError('ERR_FILE_READ', `cannot read policies from ${path}: ${messageOf(cause)}`, { cause })
}
