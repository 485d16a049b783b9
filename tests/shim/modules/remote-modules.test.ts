import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { blobPath } from '../../../artifacts/store/blobs.ts'
import { ModuleStore } from '../../../artifacts/store/module-store.ts'
import type { ModuleContent } from '../../../shim/modules/module-content.ts'
import type { PullResult } from '../../../shim/modules/remote-module.ts'
import { RemoteModules, type RemoteModulesOptions } from '../../../shim/modules/remote-modules.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { accessTo, pushPlain, startSilentHost } from '../../helpers/pulls.ts'
import { startRegistry } from '../../helpers/registry.ts'

const moduleOf = (text: string) => Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), Buffer.from(text)])

/** Modules from a registry, or from a store that others have used before. */
function open(t: Test, host: string, options: Partial<RemoteModulesOptions> = {}) {
  const pulls: PullResult[] = []
  const store = options.store ?? new ModuleStore(join(t.testdir(), 'store'))
  const access = async () => accessTo(host)
  const onPull = (result: PullResult) => pulls.push(result)
  const modules = new RemoteModules({ store, access, onPull, log: SILENT_LOG, retryMs: 20, ...options })
  t.teardown(() => modules[Symbol.dispose]())
  const changed = () => new Promise<void>((resolve) => modules.onChange(resolve))
  return { modules, store, pulls, changed, read: (url: string) => readText(modules, url) }
}

async function readText(modules: RemoteModules, url: string): Promise<string | Error | undefined> {
  const content = (await modules.read([url])).get(url)
  return content instanceof Error || content === undefined ? content : textOf(content)
}

async function textOf(content: ModuleContent): Promise<string> {
  return Buffer.from(await content.read())
    .subarray(8)
    .toString()
}

t.test('files and registries go together; each reference is pulled once', async (t) => {
  const registry = await startRegistry(t)
  const url = `registry://${registry.host}/some/policy:v1`
  const { digest, immutableReference } = await pushPlain(`${registry.host}/some/policy:v1`, moduleOf('one'))
  const file = join(t.testdir(), 'a.wasm')
  writeFileSync(file, moduleOf('file'))
  const { modules, pulls } = open(t, registry.host, { store: new ModuleStore(`${file}.store`) })
  for (let i = 0; i < 3; i++) {
    const contents = await modules.read([pathToFileURL(file).href, url])
    t.match(contents.get(url), { digest, immutableReference })
    t.equal(await textOf(contents.get(pathToFileURL(file).href) as ModuleContent), 'file')
  }
  t.same(pulls, ['pulled'])
})

t.test('nobody waits long for a host that is silent, and not at all a second time', async (t) => {
  const silent = await startSilentHost(t)
  const registry = await startRegistry(t)
  await pushPlain(`${registry.host}/some/policy:v1`, moduleOf('one'))
  const { modules } = open(t, registry.host, { patienceMs: 3000 })
  const [hanging, good] = [`registry://${silent}/a/b:v1`, `registry://${registry.host}/some/policy:v1`]
  for (const _ of ['first', 'second']) {
    const contents = await modules.read([hanging, good])
    t.match(contents.get(hanging), { code: 'ERR_MODULE_SOURCE', message: `${hanging} is still being pulled` })
    t.equal(await textOf(contents.get(good) as ModuleContent), 'one')
  }
})

t.test('what could not be had is tried again until it can, and then told', async (t) => {
  const registry = await startRegistry(t)
  const { read, changed, pulls } = open(t, registry.host)
  const url = `registry://${registry.host}/some/policy:v1`
  t.match(await read(url), { code: 'ERR_ARTIFACT_NOT_FOUND' })
  const change = changed()
  await pushPlain(`${registry.host}/some/policy:v1`, moduleOf('at last'))
  await change
  t.equal(await read(url), 'at last')
  t.same([pulls[0], pulls.at(-1)], ['failed', 'pulled'])
})

t.test('a tag that moves is noticed when asked for, and at no other time', async (t) => {
  const registry = await startRegistry(t)
  const { read, modules, pulls } = open(t, registry.host)
  for (const tag of ['v1', 'latest']) {
    const url = `registry://${registry.host}/some/policy:${tag}`
    await pushPlain(`${registry.host}/some/policy:${tag}`, moduleOf('one'))
    t.equal(await read(url), 'one')
    await pushPlain(`${registry.host}/some/policy:${tag}`, moduleOf('two'))
    t.equal(await read(url), 'one')
    modules.refresh()
    t.equal(await read(url), 'two')
  }
  t.same(pulls, ['pulled', 'pulled', 'pulled', 'pulled'])
})

t.test('without the registry the store does, and latest is asked for until somebody answers', async (t) => {
  const registry = await startRegistry(t)
  const urls = ['v1', 'latest'].map((tag) => `registry://${registry.host}/some/policy:${tag}`)
  for (const tag of ['v1', 'latest']) await pushPlain(`${registry.host}/some/policy:${tag}`, moduleOf('one'))
  const before = open(t, registry.host)
  for (const url of urls) await before.read(url)
  await registry.stop()
  const { read, pulls } = open(t, registry.host, { store: before.store })
  for (const url of urls) t.equal(await read(url), 'one', url)
  t.equal(pulls[0], 'stored')
})

t.test('bytes that are gone or corrupt when they are needed are pulled again', async (t) => {
  const registry = await startRegistry(t)
  const url = `registry://${registry.host}/some/policy:v1`
  const { digest } = await pushPlain(`${registry.host}/some/policy:v1`, moduleOf('one'))
  const { read, store, changed } = open(t, registry.host)
  t.equal(await read(url), 'one')
  rmSync(blobPath(store.folder, digest))
  t.equal(await read(url), 'one')
  writeFileSync(blobPath(store.folder, digest), 'evil')
  t.equal(await read(url), 'one')
  rmSync(store.folder, { recursive: true })
  await registry.stop()
  const change = changed()
  await t.rejects(read(url), { code: 'ERR_ARTIFACT_FETCH' })
  await change
  t.match(await read(url), { code: 'ERR_ARTIFACT_FETCH' }, 'no longer told as if it were there')
})

t.test('what is named no longer is forgotten, whatever is under way', async (t) => {
  const silent = await startSilentHost(t)
  const { modules, pulls } = open(t, silent, { patienceMs: 10 })
  await modules.read([`registry://${silent}/a/b:v1`])
  t.same([...(await modules.read([]))], [])
  t.same(pulls, [])
})
