import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ANONYMOUS } from '../../artifacts/credentials/credentials.ts'
import { digestOf } from '../../artifacts/digest.ts'
import { fetchModule } from '../../artifacts/fetch-module.ts'
import { pushModule } from '../../artifacts/push-module.ts'
import { parseReference } from '../../artifacts/reference.ts'
import { resolveDigest } from '../../artifacts/resolve-digest.ts'
import { NO_SOURCES } from '../../artifacts/sources/sources.ts'
import { insecureSources, startRegistry } from '../helpers/registry.ts'

const MODULE = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])

t.test('a module comes back from a registry as it was pushed', async (t) => {
  const registry = await startRegistry(t)
  const options = { sources: insecureSources(registry.host), credentials: ANONYMOUS }
  const reference = parseReference(`registry://${registry.host}/kubewarden/tests/empty:v1`)

  const pushed = await pushModule(reference, MODULE, options)
  t.match(pushed.immutableReference, /^localhost:\d+\/kubewarden\/tests\/empty@sha256:[a-f0-9]{64}$/)
  t.equal(pushed.digest, digestOf(MODULE))

  const progress: unknown[] = []
  const fetched = await fetchModule(reference, { ...options, onProgress: (news) => progress.push(news) })
  t.strictSame(fetched, { bytes: MODULE, ...pushed })
  t.strictSame(progress.at(-1), { done: MODULE.length, total: MODULE.length })

  const pinned = await fetchModule(parseReference(pushed.immutableReference), options)
  t.strictSame(pinned, fetched)
  t.equal(await resolveDigest(reference, options), pushed.manifestDigest)
  // pushing again changes nothing
  t.strictSame(await pushModule(reference, MODULE, options), pushed)
})

t.test('a registry that speaks plain HTTP is not asked so unless the sources allow it', async (t) => {
  const registry = await startRegistry(t)
  const reference = parseReference(`${registry.host}/some/policy:v1`)
  const options = { sources: NO_SOURCES, credentials: ANONYMOUS, limits: { attempts: 1 } }
  await t.rejects(fetchModule(reference, options), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /^cannot reach localhost:\d+ over HTTPS: [^;]+$/,
  })
})

t.test('what a registry does not have is not found', async (t) => {
  const registry = await startRegistry(t)
  const options = { sources: insecureSources(registry.host), credentials: ANONYMOUS }
  await t.rejects(fetchModule(parseReference(`${registry.host}/some/policy:v1`), options), {
    code: 'ERR_ARTIFACT_NOT_FOUND',
    message: /the manifest of localhost:\d+\/some\/policy:v1: the server answers 404, there is no such thing/,
  })
})

t.test('a file is read, if it begins as WebAssembly does', async (t) => {
  const folder = t.testdir({ 'text.wasm': 'text' })
  const path = join(folder, 'a module.wasm')
  writeFileSync(path, MODULE)
  const options = { sources: NO_SOURCES, credentials: ANONYMOUS }
  const url = `file://${encodeURI(path)}`
  t.strictSame(await fetchModule(parseReference(url), options), { bytes: MODULE, digest: digestOf(MODULE) })
  const fetch = (name: string) => fetchModule(parseReference(join(folder, name)), options)
  await t.rejects(fetch('text.wasm'), {
    code: 'ERR_ARTIFACT_INVALID',
    message: /text\.wasm is not a WebAssembly module/,
  })
  await t.rejects(fetch('none.wasm'), { code: 'ERR_ARTIFACT_NOT_FOUND', message: /ENOENT.*none\.wasm/ })
  await t.rejects(fetch('.'), { code: 'ERR_FILE_READ', message: /is not a file/ })
})

t.test('only modules are pushed, and only to a tag in a registry', async (t) => {
  const options = { sources: NO_SOURCES, credentials: ANONYMOUS }
  const push = (text: string, bytes = MODULE) => pushModule(parseReference(text), bytes, options)
  const code = 'ERR_REFERENCE_INVALID'
  await t.rejects(push('https://host.test/x.wasm'), {
    code,
    message: /cannot push to https:.* it is not in a registry/,
  })
  await t.rejects(push(`ghcr.io/x@sha256:${'0'.repeat(64)}`), { code, message: /a digest follows from what is pushed/ })
  await t.rejects(push('ghcr.io/x', new Uint8Array(8)), { code: 'ERR_ARTIFACT_INVALID' })
  await t.rejects(resolveDigest(parseReference('./x.wasm'), options), { code, message: /x\.wasm is in no registry/ })
})
