import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../../util/package-root.ts'

/** tap puts its hooks into every process that a test starts; the compiler cannot run under them. */
const WITHOUT_HOOKS = ['-u', 'NODE_OPTIONS']

export interface InstalledPackage {
  /** The folder that it is installed in. */
  readonly app: string
  /** The paths in the package. */
  readonly files: readonly string[]
}

/** Packs the checkout, and installs it into an empty folder as a user would. */
export async function installPackage(folder: string): Promise<InstalledPackage> {
  const { stdout } = await execa('env', [...WITHOUT_HOOKS, 'npm', 'pack', '--json', '--pack-destination', folder], {
    cwd: packageRoot(),
  })
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string; files: { path: string }[] }]
  const app = join(folder, 'app')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{"private":true,"type":"module"}')
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', app]
  await execa('npm', [...install, join(folder, packed.filename)])
  return { app, files: packed.files.map(({ path }) => path) }
}
