import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compiledCodeFolder } from '../../util/compiled-code.ts'
import { modulePath } from '../../util/package-root.ts'
import { KeptModules } from './kept-modules.ts'

/** Beside the compiled code, and under the same trust; undefined where that is not kept. */
export function openKeptModules(): KeptModules | undefined {
  const folder = compiledCodeFolder()
  return folder === undefined ? undefined : new KeptModules(join(folder, 'modules'), digestOfPreparation())
}

/** Whose code decides what a module is turned into, and whether it is one of ours. */
const PREPARES = ['evaluator/module/compile', 'evaluator/guests/index', 'evaluator/guests/rego/opa', 'util/bytes']

// A version number would have to be remembered by whoever changes the code.
function digestOfPreparation(): string {
  const digest = createHash('sha256').update(process.version)
  for (const folder of new Set(PREPARES.map((name) => dirname(modulePath(name))))) {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
    for (const name of files.map((entry) => entry.name).sort()) {
      digest.update(JSON.stringify(name)).update(readFileSync(join(folder, name)))
    }
  }
  return digest.digest('hex')
}
