import { cpSync, existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type ExecaError, execa } from 'execa'
import t from 'tap'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import { buildPolicies } from '../../scripts/policies/build.ts'
import { isCurrent, moduleFile, readBuilt } from '../../scripts/policies/built.ts'
import { digestOf, listPolicies, listSources } from '../../scripts/policies/sources.ts'
import { groupByToolchain, toolchainOf } from '../../scripts/policies/toolchains/index.ts'
import { type FoundToolchain, type Toolchain, ToolchainMissing } from '../../scripts/policies/toolchains/toolchain.ts'
import { packageRoot } from '../../util/package-root.ts'
import { runCommand } from '../helpers/command.ts'

const WORKSPACE = join(packageRoot(), 'policies')
const RECORDED = readBuilt(WORKSPACE)
// What a module may have: some carry their language's runtime.
const MAX_BYTES: Readonly<Record<string, number>> = { go: 4_000_000, javascript: 1_000_000 }
const MAX_BYTES_OF_OTHERS = 300_000

t.test('each committed module is the one recorded for its sources', async (t) => {
  t.strictSame(Object.keys(RECORDED.policies), listPolicies(WORKSPACE))
  for (const policy of listPolicies(WORKSPACE))
    t.ok(isCurrent(WORKSPACE, policy), `${policy}: run scripts/build-policies`)
})

t.test('each module can be served: small, annotated, and named as its folder', async (t) => {
  for (const policy of listPolicies(WORKSPACE)) {
    const bytes = readFileSync(moduleFile(WORKSPACE, policy))
    const { metadata } = await compilePolicyModule(bytes, { memoryLimitBytes: 16 * 2 ** 20, source: policy })
    const isWapc = metadata?.executionMode === 'kubewarden-wapc'
    t.match(metadata, { protocolVersion: isWapc ? 'v1' : 'Unknown', hostCapabilities: [] })
    t.equal(metadata?.annotations['io.kubewarden.policy.title'], policy)
    const maxBytes = MAX_BYTES[toolchainOf(WORKSPACE, policy).name] ?? MAX_BYTES_OF_OTHERS
    t.ok(bytes.length < maxBytes, `${policy} has ${bytes.length} bytes`)
    for (const path of ['.cargo', homedir(), WORKSPACE]) t.notOk(bytes.includes(path), `no ${path} of who built it`)
    for (const file of ['README.md', 'settings.yml', 'fixtures', 'policy-test.yml'])
      t.ok(existsSync(join(WORKSPACE, policy, file)), file)
  }
})

t.test('the tests that lie beside the policies pass', async (t) => {
  const { code, stdout, stderr } = await runCommand('test', WORKSPACE)
  t.equal(code, 0, stdout + stderr)
})

t.test("what each policy's README shows is what happens", async (t) => {
  for (const policy of listPolicies(WORKSPACE)) {
    const cwd = join(WORKSPACE, policy)
    const [, args = '', output] = /^\$ gatehouse (.*)\n(.*)$/m.exec(readFileSync(join(cwd, 'README.md'), 'utf8')) ?? []
    t.equal((await execa(join(packageRoot(), 'cli/gatehouse'), args.split(' '), { cwd })).stdout, output)
  }
})

for (const [toolchain, policies] of groupByToolchain(WORKSPACE, listPolicies(WORKSPACE))) {
  const found = await find(toolchain)
  const missing = found instanceof ToolchainMissing && found.message

  t.test(
    `the ${toolchain.name} sources, built in another folder, give the committed bytes`,
    { skip: whyNoRebuild(toolchain, found) },
    async (t) => {
      if (found instanceof ToolchainMissing) return
      const copy = t.testdir()
      for (const path of listSources(WORKSPACE, policies)) cpSync(join(WORKSPACE, path), join(copy, path))
      // Dependencies are compiled once for all workspaces that share the target folder; our own code is compiled anew.
      const modules = await buildPolicies(copy, policies, found, join(WORKSPACE, 'target'))
      t.strictSame(
        [...modules].map(([policy, bytes]) => [policy, digestOf(bytes)]),
        policies.map((policy) => [policy, RECORDED.policies[policy]?.module]),
      )
    },
  )

  t.test(`the ${toolchain.name} policies' own unit tests pass`, { skip: missing }, async (t) => {
    if (found instanceof ToolchainMissing) return
    const failure = await found.test(policies, WORKSPACE).catch((error: ExecaError) => error)
    t.notOk(failure, String(failure?.all ?? failure))
  })
}

async function find(toolchain: Toolchain): Promise<FoundToolchain | ToolchainMissing> {
  return await toolchain.find(WORKSPACE).catch((error: unknown) => {
    if (error instanceof ToolchainMissing) return error
    throw error
  })
}

/** Why bytes cannot be compared here; false when they can. */
function whyNoRebuild({ name }: Toolchain, found: FoundToolchain | ToolchainMissing): string | false {
  if (found instanceof ToolchainMissing) return found.message
  const recorded = RECORDED.toolchains[name]
  return found.version !== recorded && `${found.version} is not the compiler of the modules, ${recorded}`
}
