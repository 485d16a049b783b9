import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type PullOptions, pullModule } from '../../artifacts/pull-module.ts'
import { parseReference } from '../../artifacts/reference.ts'
import { blobPath } from '../../artifacts/store/blobs.ts'
import { ModuleStore } from '../../artifacts/store/module-store.ts'
import { accessTo, pushPlain } from '../helpers/pulls.ts'
import { startRegistry } from '../helpers/registry.ts'

const moduleOf = (text: string) => Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), Buffer.from(text)])

async function prepare(t: Test) {
  const registry = await startRegistry(t)
  const store = new ModuleStore(join(t.testdir(), 'store'))
  const nameOf = (tag: string) => `${registry.host}/some/policy${tag}`
  const options = { ...accessTo(registry.host), store, ask: 'latest', limits: { attempts: 1 } } as const
  return {
    registry,
    store,
    options,
    nameOf,
    push: (tag: string, text: string) => pushPlain(nameOf(tag), moduleOf(text)),
    pull: async (tag: string, overrides: Partial<PullOptions> = {}) => {
      const pulled = await pullModule(parseReference(nameOf(tag)), { ...options, ...overrides })
      return {
        ...pulled,
        text: Buffer.from(await pulled.read())
          .subarray(8)
          .toString(),
      }
    },
  }
}

t.test('what was pulled is kept, with what it is called for ever', async (t) => {
  const { store, nameOf, push, pull } = await prepare(t)
  const { digest, manifestDigest, immutableReference } = await push(':v1', 'one')
  t.match(await pull(':v1'), { from: 'source', text: 'one', digest, manifestDigest, immutableReference })
  const reference = `registry://${nameOf(':v1')}`
  t.same(await store.list(), [{ reference, digest, sizeBytes: 11, manifestDigest, immutableReference }])
})

t.test('a stored tag is not asked for again, unless that is asked for', async (t) => {
  const { push, pull } = await prepare(t)
  await push(':v1', 'one')
  await pull(':v1')
  await push(':v1', 'two')
  t.match(await pull(':v1'), { from: 'store', text: 'one' })
  t.match(await pull(':v1', { ask: 'tags' }), { from: 'source', text: 'two' })
  t.match(await pull(':v1'), { from: 'store', text: 'two' })
})

t.test('latest is asked for always, and downloaded only if it is another one', async (t) => {
  const { push, pull } = await prepare(t)
  await push(':latest', 'one')
  t.match(await pull(''), { from: 'source', text: 'one' })
  t.match(await pull(''), { from: 'store', text: 'one', unasked: undefined })
  await push(':latest', 'two')
  t.match(await pull(''), { from: 'source', text: 'two' })
})

t.test('without its registry a stored module is used; where that is less than was asked for, it is said', async (t) => {
  const { registry, store, push, pull } = await prepare(t)
  const { manifestDigest } = await push(':latest', 'one')
  await push(':v1', 'one')
  for (const tag of [':latest', ':v1']) await pull(tag)
  await registry.stop()
  t.match(await pull(':v1'), { from: 'store', text: 'one', unasked: undefined })
  t.match(await pull(`@${manifestDigest}`), { from: 'store', text: 'one', unasked: undefined })
  t.match(await pull(`:other@${manifestDigest}`, { ask: 'tags' }), { from: 'store', text: 'one', unasked: undefined })
  t.match(await pull(':latest'), { from: 'store', text: 'one', unasked: { code: 'ERR_ARTIFACT_FETCH' } })
  await t.rejects(pull(':v2'), { code: 'ERR_ARTIFACT_FETCH', message: /ECONNREFUSED/ })
  t.equal((await store.list()).length, 2)
})

t.test('a corrupt copy is replaced; where it cannot be, that is the error', async (t) => {
  const { registry, store, push, pull } = await prepare(t)
  const { digest } = await push(':v1', 'one')
  await pull(':v1')
  writeFileSync(blobPath(store.folder, digest), moduleOf('evil'))
  t.match(await pull(':v1'), { from: 'source', text: 'one' })
  t.match(await pull(':v1'), { from: 'store', text: 'one' })
  writeFileSync(blobPath(store.folder, digest), moduleOf('evil'))
  await registry.stop()
  await t.rejects(pull(':v1'), {
    code: 'ERR_STORE_CORRUPT',
    message: /^the stored bytes sha256:\w+ of .* are not whole: .*; and it cannot be fetched again: .*ECONNREFUSED/,
  })
})

t.test('a store that cannot be written to keeps nobody from the module', async (t) => {
  const { push, pull } = await prepare(t)
  await push(':v1', 'one')
  const store = new ModuleStore(join(t.testdir({ file: '' }), 'file'))
  t.match(await pull(':v1', { store }), { from: 'source', text: 'one', unstored: { code: 'ERR_STORE_WRITE' } })
})

t.test('what a web server had is not asked for again, unless that is asked for', async (t) => {
  let text = 'one'
  const server = createServer((_request, response) => response.end(moduleOf(text)))
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const store = new ModuleStore(t.testdir())
  const options = { ...accessTo(`127.0.0.1:${port}`), store, limits: { attempts: 1 } }
  const pull = async (ask: PullOptions['ask']) => {
    const pulled = await pullModule(parseReference(`http://127.0.0.1:${port}/latest`), { ...options, ask })
    return {
      ...pulled,
      text: Buffer.from(await pulled.read())
        .subarray(8)
        .toString(),
    }
  }
  t.match(await pull('latest'), { from: 'source', text: 'one' })
  text = 'two'
  t.match(await pull('latest'), { from: 'store', text: 'one' })
  t.match(await pull('tags'), { from: 'source', text: 'two' })
  server.close()
  server.closeAllConnections()
  t.match(await pull('tags'), { from: 'store', text: 'two', unasked: { code: 'ERR_ARTIFACT_FETCH' } })
})
