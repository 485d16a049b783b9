import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A temporary folder with a short name, for sockets: their paths hold 107 bytes, and t.testdir()'s are longer. */
export function makeShortFolder(t: { teardown(action: () => void): unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 'gh-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
