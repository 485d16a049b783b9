import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds our package.json: the checkout, or the installed package (whose code sits in `dist/`). */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** The file of one of our own modules, named from the package root without its extension, as TypeScript or compiled. */
export function modulePath(name: string): string {
  const source = import.meta.url.endsWith('.ts')
  return source ? join(packageRoot(), `${name}.ts`) : join(packageRoot(), 'dist', `${name}.js`)
}

/** What Node is given to start the program, as `cli/gatehouse` does it; the command line follows. */
export function programFiles(): [flag: string, start: string, main: string] {
  return [YOUNG_HEAP, join(packageRoot(), 'cli/start.js'), modulePath('cli/main')]
}

/** The front's: Node's own choice is 16 MiB, of which a thread fills two before anything is collected. Evaluator threads keep it. */
const YOUNG_HEAP = '--max-semi-space-size=4'
