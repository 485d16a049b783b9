import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../util/package-root.ts'
import { buildGoProgram } from './go-program.ts'

/** Builds our reaper of containers; seconds, without any library. */
export function buildReaper(): Promise<string> {
  const folder = join(packageRoot(), 'tests', 'fixtures', 'reaper')
  const hash = createHash('sha256')
  for (const file of globSync('*', { cwd: folder }).sort()) hash.update(readFileSync(join(folder, file)))
  return buildGoProgram({ name: 'reaper', version: hash.digest('hex').slice(0, 12), package: '.' })
}
