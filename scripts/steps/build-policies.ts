import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createSteps } from '../../util/steps.ts'
import { buildPolicies } from '../policies/build.ts'
import { isCurrent, moduleFile, readBuilt, writeBuilt } from '../policies/built.ts'
import { findRust, RustMissing } from '../policies/rust.ts'
import { digestOf, digestSources, listPolicies } from '../policies/sources.ts'

const WORKSPACE = resolve('policies')

const { values: flags } = parseArgs({ options: { force: { type: 'boolean', default: false } } })
const steps = createSteps({
  isTerminal: process.stderr.isTTY === true,
  write: (text) => void process.stderr.write(text),
})
const stale = listPolicies(WORKSPACE).filter((policy) => flags.force || !isCurrent(WORKSPACE, policy))
if (stale.length > 0) await build(stale)
else console.error(' ✓ the modules are those of the sources')
for (const [policy, { module }] of Object.entries(readBuilt(WORKSPACE).policies))
  console.log(`${module}  ${moduleFile('policies', policy)}`)

async function build(policies: readonly string[]): Promise<void> {
  try {
    await steps.run(`building ${policies.join(', ')}`, async (detail) => {
      const rust = await findRust(WORKSPACE)
      detail(`with ${rust.version}`)
      write(await buildPolicies(WORKSPACE, join(WORKSPACE, 'target'), rust), rust.version)
    })
  } catch (error) {
    if (!(error instanceof RustMissing)) throw error
    console.error(`scripts/build-policies: cannot build ${policies.join(', ')}: ${error.message}`)
    process.exit(3)
  }
}

function write(modules: ReadonlyMap<string, Uint8Array>, rustc: string): void {
  for (const [policy, bytes] of modules) writeFileSync(moduleFile(WORKSPACE, policy), bytes)
  const policies = [...modules].map(([policy, bytes]) => [
    policy,
    { sources: digestSources(WORKSPACE, policy), module: digestOf(bytes) },
  ])
  writeBuilt(WORKSPACE, { rustc, policies: Object.fromEntries(policies) })
}
