import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestOf } from '../../../artifacts/digest.ts'
import { blobPath } from '../../../artifacts/store/blobs.ts'
import { ModuleStore } from '../../../artifacts/store/module-store.ts'

const V1 = 'registry://ghcr.io/kubewarden/policies/safe-labels:v1'
const LATEST = 'registry://ghcr.io/kubewarden/policies/safe-labels:latest'
const IMMUTABLE = `ghcr.io/kubewarden/policies/safe-labels@sha256:${'a'.repeat(64)}`

const moduleOf = (text: string) => {
  const bytes = Buffer.from(text)
  return { bytes, digest: digestOf(bytes) }
}

t.test('a reference gives back the bytes that it was stored with', async (t) => {
  const store = new ModuleStore(join(t.testdir(), 'not', 'there', 'yet'))
  t.equal(await store.find(V1), undefined)
  t.same(await store.list(), [])
  const stored = await store.put(V1, { ...moduleOf('one'), manifestDigest: `sha256:${'a'.repeat(64)}` })
  t.same(await store.find(V1), stored)
  t.equal(Buffer.from(await store.read(stored)).toString(), 'one')
})

t.test('a tag that moves means its new bytes, and the old ones are gone once nobody needs them', async (t) => {
  const store = new ModuleStore(t.testdir())
  await store.put(LATEST, moduleOf('old'))
  const now = await store.put(LATEST, moduleOf('brand new'))
  t.same(await store.list(), [now])
  t.equal(await store.totalBytes(), 12, 'both are still there')
  t.same(await store.prune(), { blobs: 1, bytes: 3 })
  t.equal(await store.totalBytes(), 9)
  t.equal(Buffer.from(await store.read(now)).toString(), 'brand new')
  t.same(await store.prune(), { blobs: 0, bytes: 0 })
})

t.test('equal bytes are kept once, for as long as one reference stands for them', async (t) => {
  const store = new ModuleStore(t.testdir())
  await store.put(V1, moduleOf('same'))
  await store.put(LATEST, moduleOf('same'))
  t.equal(await store.totalBytes(), 4)
  t.equal(await store.remove(V1), true)
  t.equal(await store.remove(V1), false)
  t.same(
    (await store.list()).map(({ reference }) => reference),
    [LATEST],
  )
  t.equal(await store.totalBytes(), 4)
  await store.remove(LATEST)
  t.equal(await store.totalBytes(), 0)
})

t.test('the immutable reference of a stored tag is found too', async (t) => {
  const store = new ModuleStore(t.testdir())
  await store.put(V1, { ...moduleOf('one'), immutableReference: IMMUTABLE })
  const found = await store.find(`registry://${IMMUTABLE}`)
  t.match(found, { reference: `registry://${IMMUTABLE}`, digest: digestOf(Buffer.from('one')) })
  t.equal((await store.list()).length, 1)
})

t.test('modules are found by the start of their digest', async (t) => {
  const store = new ModuleStore(t.testdir())
  const { digest } = await store.put(V1, moduleOf('one'))
  for (const prefix of [digest, digest.slice(0, 12), digest.slice(7, 19)])
    t.same(
      (await store.findByDigest(prefix)).map(({ reference }) => reference),
      [V1],
      prefix,
    )
  t.same(await store.findByDigest('0000'), [])
})

t.test(
  'bytes that are not those that were stored are never given out, and replaced by the next that come',
  async (t) => {
    const store = new ModuleStore(t.testdir())
    const stored = await store.put(V1, moduleOf('one'))
    for (const damage of ['onE', 'on', '']) {
      writeFileSync(blobPath(store.folder, stored.digest), damage)
      await t.rejects(store.read(stored), {
        code: 'ERR_STORE_CORRUPT',
        message: `the stored bytes ${stored.digest} of ${V1} are not whole: they have the digest ${digestOf(Buffer.from(damage))}`,
      })
      await store.put(V1, moduleOf('one'))
      t.equal(Buffer.from(await store.read(stored)).toString(), 'one')
    }
  },
)

t.test('a reference whose file is damaged, or that lost its bytes, is not there', async (t) => {
  const store = new ModuleStore(t.testdir())
  for (const damage of [
    '',
    '{',
    '[]',
    '{"reference":7}',
    '{"reference":"x","digest":"../../../etc/passwd","sizeBytes":1}',
  ]) {
    await store.put(V1, moduleOf('one'))
    const [file = ''] = readdirSync(join(store.folder, 'references'))
    writeFileSync(join(store.folder, 'references', file), damage)
    t.equal(await store.find(V1), undefined, damage)
    t.same(await store.list(), [], damage)
  }
})

t.test(
  'what a killed process had begun is cleared away when it is old, and left alone while it may be at work',
  async (t) => {
    const store = new ModuleStore(t.testdir({ drafts: { old: 'half', new: 'half' } }))
    utimesSync(join(store.folder, 'drafts', 'old'), new Date(0), new Date(0))
    await store.put(V1, moduleOf('one'))
    t.same(readdirSync(join(store.folder, 'drafts')), ['new'])
  },
)

t.test('a store that is a file says so', async (t) => {
  const store = new ModuleStore(join(t.testdir({ store: 'I am a file' }), 'store'))
  await t.rejects(store.list(), { code: 'ERR_STORE_READ', message: /^cannot read the module store .*ENOTDIR/ })
  await t.rejects(store.put(V1, moduleOf('one')), { code: 'ERR_STORE_WRITE' })
  t.equal(readFileSync(store.folder, 'utf8'), 'I am a file')
})
