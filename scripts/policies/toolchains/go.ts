import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { type FoundToolchain, type Toolchain, ToolchainMissing } from './toolchain.ts'

/** Each Go policy is a module of its own, and becomes a WASI command. */
export const GO: Toolchain = {
  name: 'go',
  marker: 'go.mod',
  sharedSources: [],
  ownSources: ['go.mod', 'go.sum', '**/*.go'],
  tests: ['**/*_test.go'],
  find: findGo,
}

// What a user has set for other work does not change the bytes.
const NEUTRAL = { GOFLAGS: '', GOEXPERIMENT: '', GOWASM: '', GOWORK: 'off' }
const WASI = { ...NEUTRAL, GOOS: 'wasip1', GOARCH: 'wasm' }

async function findGo(workspace: string): Promise<FoundToolchain> {
  const go = (cwd: string, ...args: string[]) => execa('go', args, { cwd, env: NEUTRAL, reject: false, all: true })
  const { failed, stdout } = await go(workspace, 'env', 'GOVERSION')
  if (failed) throw new ToolchainMissing('go cannot be started: install Go, https://go.dev/dl')
  for (const path of globSync('*/go.mod', { cwd: workspace })) {
    const fetched = await go(join(workspace, dirname(path)), 'mod', 'download')
    if (fetched.failed) throw new ToolchainMissing(`the modules of policies/${path} cannot be fetched: ${fetched.all}`)
  }
  return {
    version: stdout,
    async build(policies, folder, targetFolder) {
      const modules = new Map<string, Uint8Array>()
      for (const policy of policies) modules.set(policy, await build(join(folder, policy), join(targetFolder, policy)))
      return modules
    },
    async test(policies, folder) {
      for (const policy of policies) {
        for (const command of ['vet', 'test']) {
          await execa('go', [command, './...'], { cwd: join(folder, policy), env: NEUTRAL, all: true })
        }
      }
    },
  }
}

// The same bytes whatever the folder: no paths, no build id, no state of the repository; and no debug information.
async function build(folder: string, targetFolder: string): Promise<Uint8Array> {
  const output = join(targetFolder, 'policy.wasm')
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid=']
  await execa('go', ['build', ...flags, '-o', output, '.'], { cwd: folder, env: WASI })
  return readFileSync(output)
}
