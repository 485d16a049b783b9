import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GatehouseError } from '../util/errors.ts'
import { packageRoot } from '../util/package-root.ts'
import type { ServedPolicy } from './experiment.ts'
import { markModule } from './mark-module.ts'

/** Writes a policies file, and the modules that samples become by their marks; returns the file's path. */
export async function writeServedPolicies(
  folder: string,
  served: Readonly<Record<string, ServedPolicy>>,
  name = 'policies.yml',
): Promise<string> {
  const policies: Record<string, object> = {}
  for (const [id, { sample, mark, settings, fields }] of Object.entries(served)) {
    const original = findSample(sample)
    const module = mark === undefined ? original : await writeMarked(folder, original, mark)
    policies[id] = { module: pathToFileURL(module).href, settings, ...fields }
  }
  const file = join(folder, name)
  // JSON is YAML
  await writeFile(file, JSON.stringify(policies))
  return file
}

function findSample(sample: string): string {
  const module = join(packageRoot(), 'policies', sample, 'policy.wasm')
  if (existsSync(module)) return module
  throw new GatehouseError('ERR_MODULE_SOURCE', `${module} does not exist`, {
    hint: 'Build it: scripts/build-policies',
  })
}

async function writeMarked(folder: string, original: string, mark: string): Promise<string> {
  const module = join(folder, `${mark.replaceAll(' ', '-')}.wasm`)
  await writeFile(module, markModule(await readFile(original), mark))
  return module
}
