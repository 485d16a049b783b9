import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../../../util/package-root.ts'
import { type FoundToolchain, type Toolchain, ToolchainMissing } from './toolchain.ts'

const COMPILER = 'assemblyscript'
// what a policy may import; part of the version, because its sources end up in modules
const LIBRARIES = ['@wapc/as-guest']

/** AssemblyScript policies stand by themselves; their compiler and libraries are packages of the whole checkout. */
export const ASSEMBLYSCRIPT: Toolchain = {
  name: 'assemblyscript',
  marker: 'asconfig.json',
  sharedSources: [],
  ownSources: ['asconfig.json', 'assembly/**/*.ts'],
  tests: [],
  find: findAssemblyScript,
}

async function findAssemblyScript(): Promise<FoundToolchain> {
  const packages = [COMPILER, ...LIBRARIES]
  const missing = packages.filter((name) => !existsSync(manifestOf(name)))
  if (missing.length > 0) throw new ToolchainMissing(`${missing.join(' and ')} are missing: run \`npm ci\``)
  return {
    version: packages.map((name) => `${name} ${versionOf(name)}`).join(', '),
    async build(policies, folder, targetFolder) {
      const output = join(targetFolder, COMPILER)
      mkdirSync(output, { recursive: true })
      const modules = new Map<string, Uint8Array>()
      for (const policy of policies) {
        const module = join(output, `${policy}.wasm`)
        await compile(join(folder, policy), ['--outFile', module])
        modules.set(policy, readFileSync(module))
      }
      return modules
    },
    async test(policies, folder) {
      for (const policy of policies) await compile(join(folder, policy), ['--noEmit'])
    },
  }
}

/** Compiles as asconfig.json says. @throws Error with what the compiler has to say, warnings included */
async function compile(folder: string, flags: readonly string[]): Promise<void> {
  const asc = join(packageFolder(COMPILER), 'bin/asc.js')
  const args = [asc, '--config', 'asconfig.json', '--path', join(packageRoot(), 'node_modules'), ...flags]
  const { all } = await execa(process.execPath, args, { cwd: folder, all: true })
  if (all !== '') throw Object.assign(new Error(`asc warns of ${folder}`), { all })
}

const packageFolder = (name: string) => join(packageRoot(), 'node_modules', name)
const manifestOf = (name: string) => join(packageFolder(name), 'package.json')
const versionOf = (name: string) => (JSON.parse(readFileSync(manifestOf(name), 'utf8')) as { version: string }).version
