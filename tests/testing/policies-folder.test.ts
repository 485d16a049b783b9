import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { findNodePolicies } from '../../clusters/kind/node-policies.ts'
import { readModuleFiles } from '../../shim/modules/read-module-files.ts'
import { readPolicySources } from '../../shim/policies/policies-snapshot.ts'
import { PoliciesFolder } from '../../testing/policies-folder.ts'

const POLICIES = `
one: { module: one.wasm, settings: { module: one.wasm } }
both:
  expression: a() && b()
  message: no
  policies:
    a: { module: one.wasm }
    b: { module: registry://example.com/b:v1 }
`

t.test('a shim on a node finds the modules in its own folder, wherever they came from', async (t) => {
  const home = t.testdir({ 'policies.yml': POLICIES, 'one.wasm': 'first', node: {} })
  await using folder = await PoliciesFolder.create(join(home, 'policies.yml'), 'node')
  t.same(await findNodePolicies(folder.path), { folder: folder.path }, 'nothing lies outside of what a node mounts')

  const onNode = join(home, 'node')
  await cp(folder.path, onNode, { recursive: true })
  await rm(join(home, 'one.wasm'))
  t.strictSame(await readModules(onNode), ['first'])
  t.match(await readPolicySources(onNode, async () => new Map()), {
    specs: [{ settings: { module: 'one.wasm' } }, { members: [{}, { module: 'registry://example.com/b:v1' }] }],
  })
})

t.test('what is changed at home is brought along when policies are applied anew', async (t) => {
  const home = t.testdir({ 'policies.yml': POLICIES, 'one.wasm': 'first' })
  await using folder = await PoliciesFolder.create(join(home, 'policies.yml'), 'node')
  writeFileSync(join(home, 'one.wasm'), 'second')
  await folder.replace(join(home, 'policies.yml'))
  t.strictSame(await readModules(folder.path), ['second'])
})

t.test('everybody may read what a node is given: its shim is another user', async (t) => {
  const home = t.testdir({ 'policies.yml': POLICIES, 'one.wasm': 'first' })
  chmodSync(join(home, 'one.wasm'), 0o600)
  await using folder = await PoliciesFolder.create(join(home, 'policies.yml'), 'node')
  const [module = ''] = readdirSync(join(folder.path, 'modules'))
  t.equal(statSync(join(folder.path, 'modules', module)).mode & 0o004, 0o004)
  t.equal(statSync(folder.path).mode & 0o005, 0o005)
  t.equal(statSync(join(folder.path, 'policies.yml')).mode & 0o004, 0o004)
})

t.test('a module that is not there is named before a node is made', async (t) => {
  const home = t.testdir({ 'policies.yml': POLICIES })
  await t.rejects(PoliciesFolder.create(join(home, 'policies.yml'), 'node'), {
    code: 'ERR_MODULE_SOURCE',
    message: `${home}/policies.yml: cannot read the module ${home}/one.wasm: ENOENT`,
    hint: /put it there, or name one in a registry/,
  })
})

t.test('a shim on this machine reads the modules where they are', async (t) => {
  const home = t.testdir({ 'policies.yml': POLICIES, 'one.wasm': 'first' })
  await using folder = await PoliciesFolder.create(join(home, 'policies.yml'))
  t.match(readFileSync(join(folder.path, 'policies.yml'), 'utf8'), `module: file://${home}/one.wasm`)
})

/** What the policies' modules hold, each once. */
async function readModules(folder: string): Promise<string[]> {
  const read = (urls: readonly string[]) => readModuleFiles(urls.filter((url) => url.startsWith('file:')))
  const { modules } = await readPolicySources(folder, read)
  const texts = [...modules.values()].map(async (content) =>
    content instanceof Error ? content.message : Buffer.from(await content.read()).toString(),
  )
  return Promise.all(texts)
}
