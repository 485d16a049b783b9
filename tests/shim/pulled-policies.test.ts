import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { askShim } from '../../shim/admin/admin-client.ts'
import { buildGuest } from '../helpers/guests.ts'
import { admissionReview } from '../helpers/policies.ts'
import { pushPlain, startSilentHost } from '../helpers/pulls.ts'
import { startRegistry } from '../helpers/registry.ts'
import { readReadiness, reloadBy } from '../helpers/reloads.ts'
import { startShim, type TestPolicy, type TestShim, writePolicies } from '../helpers/shim.ts'
import { startProcess } from '../helpers/shim-process.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'
import { until } from '../helpers/until.ts'

/** A plain registry, and shims that pull from it into one store. */
async function prepare(t: Test) {
  const registry = await startRegistry(t)
  const folder = makeShortFolder(t)
  const sources = join(folder, 'sources.yml')
  writeFileSync(sources, JSON.stringify({ insecure_sources: [registry.host] }))
  const modules = { store: join(folder, 'store'), sources, patienceMs: 5000 }
  const nameOf = (name: string) => `registry://${registry.host}/policies/${name}`
  return {
    registry,
    nameOf,
    push: (name: string, guest: Uint8Array) => pushPlain(`${registry.host}/policies/${name}`, guest),
    start: (policies: Readonly<Record<string, TestPolicy>>) => startShim(t, policies, { modules }),
  }
}

async function verdict(test: TestShim, id: string): Promise<boolean | number> {
  const { status, text } = await test.call('POST', `/validate/${id}`, admissionReview())
  return status === 200 ? JSON.parse(text).response.allowed : status
}

async function countPulls(test: TestShim): Promise<Record<string, number>> {
  const { text } = await test.call('GET', '/metrics')
  const samples = text.matchAll(/^gatehouse_module_pulls_total\{result="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries([...samples].map(([, result, count]) => [result, Number(count)]))
}

const logged = (test: TestShim, message: string) => test.logged.filter((line) => line['message'] === message)

t.test('policies are pulled, each module once; where it came from can be seen', async (t) => {
  const { nameOf, push, start } = await prepare(t)
  const { digest, immutableReference } = await push('accept:v1', buildGuest('accept'))
  await push('same:v1', buildGuest('accept'))
  await push('deny:v1', buildGuest('deny'))
  await using test = await start({
    one: { module: nameOf('accept:v1') },
    two: { module: nameOf('accept:v1').replace('registry://', '') },
    pinned: { module: `registry://${immutableReference}` },
    deny: { module: nameOf('deny:v1') },
    file: { guest: buildGuest('deny') },
  })
  for (const id of ['one', 'two', 'pinned']) t.equal(await verdict(test, id), true, id)
  for (const id of ['deny', 'file']) t.equal(await verdict(test, id), false, id)
  t.strictSame(await countPulls(test), { pulled: 3 })
  const pulled = logged(test, 'module pulled').find(({ module }) => module === nameOf('accept:v1'))
  t.match(pulled, { digest, immutable: immutableReference })
  const [, , one] = await askShim(test.adminSocket, 'GET /policies')
  t.match(one, { id: 'one', moduleDigest: digest, module: nameOf('accept:v1'), immutableReference })
})

t.test('one bad reference is one bad policy, and in force without a restart once it can be had', async (t) => {
  const { nameOf, push, start } = await prepare(t)
  await push('accept:v1', buildGuest('accept'))
  await using test = await start({ good: { module: nameOf('accept:v1') }, late: { module: nameOf('late:v1') } })
  t.equal(await verdict(test, 'good'), true)
  t.equal(await verdict(test, 'late'), 503)
  t.match(await readReadiness(test), {
    failed: { late: `Error while downloading policy 'late' from ${nameOf('late:v1')}: ` },
  })
  t.match(logged(test, 'module could not be pulled'), [{ module: nameOf('late:v1'), retryInSeconds: Number }])
  await push('late:v1', buildGuest('deny'))
  await until(async () => Object.keys((await readReadiness(test)).failed).length === 0)
  t.equal(await verdict(test, 'late'), false)
  t.equal(await verdict(test, 'good'), true)
})

t.test('what is in the store is served without the registry', async (t) => {
  const { registry, nameOf, push, start } = await prepare(t)
  const { immutableReference } = await push('deny:v1', buildGuest('deny'))
  await push('accept:latest', buildGuest('accept'))
  const policies = {
    tagged: { module: nameOf('deny:v1') },
    pinned: { module: immutableReference },
    latest: { module: nameOf('accept') },
  }
  await (await start(policies))[Symbol.asyncDispose]()
  await registry.stop()
  await using test = await start({ ...policies, absent: { module: nameOf('absent:v1') } })
  for (const [id, allowed] of [
    ['tagged', false],
    ['pinned', false],
    ['latest', true],
  ] as const)
    t.equal(await verdict(test, id), allowed, id)
  t.match(await readReadiness(test), { failed: { absent: /ECONNREFUSED/ } })
  t.match(logged(test, 'module served as stored; its source cannot be asked'), [{ module: nameOf('accept:latest') }])
})

t.test('a registry that hangs holds nobody up', async (t) => {
  const { nameOf, push, start } = await prepare(t)
  await push('accept:v1', buildGuest('accept'))
  const silent = await startSilentHost(t)
  await using test = await start({
    good: { module: nameOf('accept:v1') },
    hanging: { module: `https://${silent}/policy.wasm` },
  })
  t.equal(await verdict(test, 'good'), true)
  t.match(await readReadiness(test), { failed: { hanging: /policy\.wasm is still being pulled/ } })
})

t.test('changed files pull what is new in them; tags are asked for again by an explicit reload alone', async (t) => {
  const { nameOf, push, start } = await prepare(t)
  await push('one:v1', buildGuest('accept'))
  await using test = await start({ one: { module: nameOf('one:v1') } })
  await push('one:v1', buildGuest('deny'))
  await push('two:v1', buildGuest('deny'))
  const policies = { one: { module: nameOf('one:v1') }, two: { module: nameOf('two:v1') } }
  await reloadBy(test, () => void writePolicies(test.folder, policies))
  t.equal(await verdict(test, 'one'), true)
  t.equal(await verdict(test, 'two'), false)
  t.strictSame(await countPulls(test), { pulled: 2 })
  await test.shim.reload()
  t.equal(await verdict(test, 'one'), false)
  t.strictSame(await countPulls(test), { pulled: 3, unchanged: 1 })
})

t.test('a reference that cannot be understood is a mistake in the file', async (t) => {
  const { start } = await prepare(t)
  await t.rejects(start({ a: { module: 'example.com/Policies:v1' } }), {
    code: 'ERR_POLICIES_INVALID',
    message: /a\.module: the module reference "example\.com\/Policies:v1" has/,
  })
})

t.test('files that say how registries are reached are checked before anything is served', async (t) => {
  const folder = makeShortFolder(t)
  const sources = join(folder, 'sources.yml')
  writeFileSync(sources, 'insecure_sources: 7')
  await t.rejects(startShim(t, {}, { modules: { store: folder, sources } }), { code: 'ERR_SOURCES_INVALID' })
})

t.test('credentials that nobody named are of no concern to policies that are files', async (t) => {
  const folder = t.testdir({ 'config.json': 'nonsense' })
  const policies = { good: { guest: buildGuest('accept') } }
  const shim = startProcess(t, { policies, env: { DOCKER_CONFIG: folder } })
  await shim.wrote(' ready ')
  shim.child.kill('SIGTERM')
  t.match(await shim.exited(), { code: 0 })
})
