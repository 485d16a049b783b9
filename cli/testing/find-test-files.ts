import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'

const NAME = /^(.+\.)?policy-test\.(ya?ml|json)$/

/**
 * The test files that are named, and those of folders and what is below them: `policy-test.yml`, or a name that ends in
 * `.policy-test.yml`; `.yaml` and `.json` as well. @throws ERR_FILE_READ, ERR_TESTS_NONE
 */
export async function findTestFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) found.push(...(await filesAt(path)))
  if (found.length > 0) return [...new Set(found)]
  throw new GatehouseError('ERR_TESTS_NONE', `no test file is in ${paths.join(', ')}`, {
    hint: 'Call them policy-test.yml, or something.policy-test.yml.',
  })
}

async function filesAt(path: string): Promise<string[]> {
  try {
    return (await stat(path)).isDirectory() ? await filesBelow(path) : [path]
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read ${path}: ${messageOf(cause)}`, { cause })
  }
}

// Links to folders are not followed: they may lead back.
async function filesBelow(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
  const files = entries.filter((entry) => !entry.isDirectory() && NAME.test(entry.name))
  const folders = entries.filter((entry) => entry.isDirectory() && !isForeign(entry.name))
  const below = await Promise.all(folders.map(({ name }) => filesBelow(join(folder, name))))
  return [...files.map(({ name }) => join(folder, name)), ...below.flat()]
}

const isForeign = (folder: string) => folder.startsWith('.') || folder === 'node_modules'
