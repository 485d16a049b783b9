import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { renderRuntimeWrapper } from '../../../containers/dockerd/runtime-wrapper.ts'
import { writeProgram } from '../../helpers/fake-program.ts'

const MISSING = ['CAP_SYS_RESOURCE', 'CAP_SYS_TIME']
const SETS = ['bounding', 'effective', 'permitted']

t.test('a container gets all capabilities but those that are missing, and runc the same arguments', async (t) => {
  const { run, bundle } = await prepare(t)
  const all = ['CAP_CHOWN', 'CAP_SYS_RESOURCE', 'CAP_KILL', 'CAP_SYS_TIME']
  const process = { args: ['sh'], capabilities: { bounding: all, effective: ['CAP_SYS_TIME'], ambient: [] } }
  const command = ['--root', '/run/x', 'create', '--bundle', bundle, 'the name']
  t.equal(run({ process, linux: {} }, command), command.join('|'))
  t.same(readBundle(bundle), {
    process: { args: ['sh'], capabilities: { bounding: ['CAP_CHOWN', 'CAP_KILL'], effective: [], ambient: [] } },
    linux: {},
  })
})

t.test('a process that enters a container is treated alike', async (t) => {
  const { run, bundle } = await prepare(t)
  const file = join(bundle, 'process.json')
  writeFileSync(file, JSON.stringify({ capabilities: { bounding: ['CAP_SYS_RESOURCE', 'CAP_KILL'] }, args: ['x'] }))
  run({}, ['exec', '--process', file, 'id'])
  t.same(JSON.parse(readFileSync(file, 'utf8')), { capabilities: { bounding: ['CAP_KILL'] }, args: ['x'] })
})

t.test('other commands touch nothing', async (t) => {
  const { run, bundle } = await prepare(t)
  const config = { process: { capabilities: { bounding: ['CAP_SYS_RESOURCE'] } } }
  run(config, ['state', '--bundle', bundle, 'id'])
  t.same(readBundle(bundle), config)
})

t.test('texts of users that look like capabilities are left as they are, and the rest stays JSON', async (t) => {
  const { run, bundle } = await prepare(t)
  const tricky = fc.oneof(
    fc.string(),
    fc.constantFrom('CAP_SYS_RESOURCE', '"CAP_SYS_TIME",', '"capabilities":{"x":["CAP_SYS_TIME"]}', ',]', '{"', '\\"'),
  )
  const names = fc.array(fc.constantFrom(...MISSING, 'CAP_KILL', 'CAP_CHOWN'))
  const configs = fc.record({
    process: fc.record({
      args: fc.array(tricky),
      env: fc.array(tricky),
      capabilities: fc.record(Object.fromEntries(SETS.map((set) => [set, names]))),
    }),
    annotations: fc.dictionary(tricky, tricky),
  })
  await fc.assert(
    fc.asyncProperty(configs, fc.boolean(), async (config, isIndented) => {
      run(config, ['create', `--bundle=${bundle}`, 'id'], isIndented ? 2 : undefined)
      const capabilities = Object.fromEntries(
        Object.entries(config.process.capabilities).map(([set, names]) => [set, names.filter(isLeft)]),
      )
      const expected = { ...config, process: { ...config.process, capabilities } }
      t.equal(JSON.stringify(readBundle(bundle)), JSON.stringify(expected))
    }),
    { numRuns: 60 },
  )
})

async function prepare(t: Test) {
  const folder = t.testdir()
  const bundle = join(folder, 'bundle')
  mkdirSync(bundle)
  await writeProgram(join(folder, 'runc'), 'IFS="|"; printf "%s" "$*"')
  const wrapper = join(folder, 'wrapper')
  writeFileSync(wrapper, renderRuntimeWrapper(join(folder, 'runc'), MISSING), { mode: 0o755 })
  const run = (config: object, args: readonly string[], indent?: number) => {
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config, null, indent))
    return execFileSync(wrapper, args, { encoding: 'utf8' })
  }
  return { run, bundle }
}

function readBundle(bundle: string): unknown {
  return JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'))
}

function isLeft(name: string): boolean {
  return !MISSING.includes(name)
}
