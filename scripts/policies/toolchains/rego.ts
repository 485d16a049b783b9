import { globSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'
import { messageOf } from '../../../util/errors.ts'
import { buildOpa } from '../opa/build-opa.ts'
import { type FoundToolchain, type Toolchain, ToolchainMissing } from './toolchain.ts'

/** Rego policies, for OPA or for Gatekeeper as their metadata say. */
export const REGO: Toolchain = {
  name: 'rego',
  marker: 'policy.rego',
  sharedSources: [],
  ownSources: ['*.rego'],
  tests: ['**/*_test.rego'],
  find: findOpa,
}

async function findOpa(): Promise<FoundToolchain> {
  const opa = await buildOpa(() => {}).catch((error: unknown) => {
    throw new ToolchainMissing(`opa cannot be built, for which Go is needed, https://go.dev/dl: ${messageOf(error)}`)
  })
  const { stdout } = await execa(opa, ['version'])
  return {
    version: `opa ${/^Version: (.*)$/m.exec(stdout)?.[1] ?? ''}`,
    async build(policies, folder, targetFolder) {
      const modules = new Map<string, Uint8Array>()
      for (const policy of policies) modules.set(policy, await build(opa, join(folder, policy), targetFolder))
      return modules
    },
    async test(policies, folder) {
      for (const policy of policies) {
        const cwd = join(folder, policy)
        const sources = globSync('*.rego', { cwd })
        await execa(opa, ['check', '--strict', ...sources], { cwd, all: true })
        await execa(opa, ['fmt', '--list', '--fail', ...sources], { cwd, all: true })
        await execa(opa, ['test', ...sources], { cwd, all: true })
      }
    },
  }
}

// Kubewarden asks the first entry point, whatever its name; these are the usual ones.
const ENTRY_POINTS: Readonly<Record<string, string>> = { opa: 'policy/main', gatekeeper: 'policy/violation' }

// Names of files are part of the module, so that they must be the same in every folder.
async function build(opa: string, folder: string, targetFolder: string): Promise<Uint8Array> {
  const { executionMode } = parse(readFileSync(join(folder, 'metadata.yml'), 'utf8')) as { executionMode: string }
  const bundle = join(targetFolder, `${basename(folder)}.tar.gz`)
  const sources = globSync('*.rego', { cwd: folder }).filter((file) => !file.endsWith('_test.rego'))
  const entryPoint = ENTRY_POINTS[executionMode] ?? ''
  mkdirSync(targetFolder, { recursive: true })
  await execa(opa, ['build', '-t', 'wasm', '-e', entryPoint, '-o', bundle, ...sources.sort()], { cwd: folder })
  const { stdout } = await execa('tar', ['xzOf', bundle, '/policy.wasm'], { encoding: 'buffer' })
  return stdout
}
