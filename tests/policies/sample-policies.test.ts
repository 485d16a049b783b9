import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ExecaError, execa } from 'execa'
import t from 'tap'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import { buildPolicies } from '../../scripts/policies/build.ts'
import { isCurrent, moduleFile, readBuilt } from '../../scripts/policies/built.ts'
import { findRust, type Rust, RustMissing } from '../../scripts/policies/rust.ts'
import { digestOf, listPolicies, listSources } from '../../scripts/policies/sources.ts'
import { packageRoot } from '../../util/package-root.ts'

const WORKSPACE = join(packageRoot(), 'policies')
const RECORDED = readBuilt(WORKSPACE)
const rust = await findRust(WORKSPACE).catch((error: unknown) => {
  if (error instanceof RustMissing) return error
  throw error
})

t.test('each committed module is the one recorded for its sources', async (t) => {
  t.strictSame(Object.keys(RECORDED.policies), listPolicies(WORKSPACE))
  for (const policy of listPolicies(WORKSPACE))
    t.ok(isCurrent(WORKSPACE, policy), `${policy}: run scripts/build-policies`)
})

t.test('each module can be served: small, annotated, and named as its folder', async (t) => {
  for (const policy of listPolicies(WORKSPACE)) {
    const bytes = readFileSync(moduleFile(WORKSPACE, policy))
    const { metadata } = await compilePolicyModule(bytes, { memoryLimitBytes: 16 * 2 ** 20, source: policy })
    t.match(metadata, { protocolVersion: 'v1', executionMode: 'kubewarden-wapc', hostCapabilities: [] })
    t.equal(metadata?.annotations['io.kubewarden.policy.title'], policy)
    t.ok(bytes.length < 300_000, `${policy} has ${bytes.length} bytes`)
    t.notOk(bytes.includes('.cargo'), 'no path of the machine that built it')
    for (const file of ['README.md', 'settings.yml', 'fixtures']) t.ok(existsSync(join(WORKSPACE, policy, file)), file)
  }
})

t.test("what each policy's README shows is what happens", async (t) => {
  for (const policy of listPolicies(WORKSPACE)) {
    const cwd = join(WORKSPACE, policy)
    const [, args = '', output] = /^\$ gatehouse (.*)\n(.*)$/m.exec(readFileSync(join(cwd, 'README.md'), 'utf8')) ?? []
    t.equal((await execa(join(packageRoot(), 'cli/gatehouse'), args.split(' '), { cwd })).stdout, output)
  }
})

t.test('the sources, built in another folder, give the committed bytes', { skip: whyNoRebuild(rust) }, async (t) => {
  if (rust instanceof RustMissing) return
  const copy = t.testdir()
  for (const path of listSources(WORKSPACE)) cpSync(join(WORKSPACE, path), join(copy, path))
  // Crates are compiled once for all workspaces that share the target folder; our own are compiled anew.
  const modules = await buildPolicies(copy, join(WORKSPACE, 'target'), rust)
  t.strictSame(
    [...modules].map(([policy, bytes]) => [policy, digestOf(bytes)]),
    Object.entries(RECORDED.policies).map(([policy, { module }]) => [policy, module]),
  )
})

t.test("the policies' own unit tests pass", { skip: rust instanceof RustMissing && rust.message }, async (t) => {
  const failure = await execa('cargo', ['test', '--locked', '--quiet'], { cwd: WORKSPACE, all: true }).catch(
    (error: ExecaError) => error,
  )
  t.notOk(failure instanceof Error, String(failure.all))
})

/** Why bytes cannot be compared here; false when they can. */
function whyNoRebuild(rust: Rust | RustMissing): string | false {
  if (rust instanceof RustMissing) return rust.message
  return rust.version !== RECORDED.rustc && `${rust.version} is not the compiler of the modules, ${RECORDED.rustc}`
}
