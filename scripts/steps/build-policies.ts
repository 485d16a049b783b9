import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createSteps } from '../../util/steps.ts'
import { buildPolicies } from '../policies/build.ts'
import { isCurrent, moduleFile, readBuilt, writeBuilt } from '../policies/built.ts'
import { listPolicies } from '../policies/sources.ts'
import { groupByToolchain } from '../policies/toolchains/index.ts'
import { type Toolchain, ToolchainMissing } from '../policies/toolchains/toolchain.ts'

const WORKSPACE = resolve('policies')

const { values: flags } = parseArgs({ options: { force: { type: 'boolean', default: false } } })
const steps = createSteps({
  isTerminal: process.stderr.isTTY === true,
  write: (text) => void process.stderr.write(text),
})
const stale = listPolicies(WORKSPACE).filter((policy) => flags.force || !isCurrent(WORKSPACE, policy))
for (const [toolchain, policies] of groupByToolchain(WORKSPACE, stale)) await build(toolchain, policies)
if (stale.length === 0) console.error(' ✓ the modules are those of the sources')
for (const [policy, { module }] of Object.entries(readBuilt(WORKSPACE).policies))
  console.log(`${module}  ${moduleFile('policies', policy)}`)

async function build(toolchain: Toolchain, policies: readonly string[]): Promise<void> {
  try {
    await steps.run(`building ${policies.join(', ')}`, async (detail) => {
      const found = await toolchain.find(WORKSPACE)
      detail(`with ${found.version}`)
      const modules = await buildPolicies(WORKSPACE, policies, found, join(WORKSPACE, 'target'))
      writeBuilt(WORKSPACE, modules, { [toolchain.name]: found.version })
    })
  } catch (error) {
    if (!(error instanceof ToolchainMissing)) throw error
    console.error(`scripts/build-policies: cannot build ${policies.join(', ')}: ${error.message}`)
    process.exitCode = 3
  }
}
