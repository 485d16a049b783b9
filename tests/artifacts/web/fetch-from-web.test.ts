import t from 'tap'
import { ANONYMOUS } from '../../../artifacts/credentials/credentials.ts'
import { digestOf } from '../../../artifacts/digest.ts'
import { fetchModule } from '../../../artifacts/fetch-module.ts'
import { parseReference } from '../../../artifacts/reference.ts'
import { NO_SOURCES } from '../../../artifacts/sources/sources.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { insecureSources } from '../../helpers/registry.ts'
import { startScriptedServer } from '../../helpers/scripted-server.ts'

const MODULE = Buffer.from('\0asm\x01\0\0\0')
const OPTIONS = { sources: NO_SOURCES, credentials: ANONYMOUS, limits: { backoffMs: 1, moduleBytes: 1000 } }
const SERVER = {
  '/policy.wasm': (response: import('node:http').ServerResponse) => response.end(MODULE),
  '/page': (response: import('node:http').ServerResponse) => response.end('<html>'),
  '/large': (response: import('node:http').ServerResponse) => response.end(Buffer.alloc(1001)),
}

t.test('a module is fetched over HTTPS from a server that is trusted', async (t) => {
  await using site = await startHttpsSite((_, response) => response.end(MODULE))
  const progress: unknown[] = []
  const options = { ...OPTIONS, onProgress: (news: unknown) => progress.push(news) }
  const fetched = await fetchModule(parseReference(`${site.url}/policy.wasm`), options)
  t.strictSame(fetched, { bytes: new Uint8Array(MODULE), digest: digestOf(MODULE) })
  t.strictSame(progress.at(-1), { done: 8, total: 8 })
})

t.test('a module is fetched over HTTP where the reference says so', async (t) => {
  const { host } = await startScriptedServer(t, SERVER)
  t.match(await fetchModule(parseReference(`http://${host}/policy.wasm`), OPTIONS), { digest: digestOf(MODULE) })
})

t.test('an https:// module comes over plain HTTP only from an insecure source', async (t) => {
  const { host } = await startScriptedServer(t, SERVER)
  const reference = parseReference(`https://${host}/policy.wasm`)
  await t.rejects(fetchModule(reference, { ...OPTIONS, limits: { attempts: 1 } }), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /^cannot reach 127\.0\.0\.1:\d+ over HTTPS: [^;]*$/,
  })
  t.match(await fetchModule(reference, { ...OPTIONS, sources: insecureSources(host) }), { digest: digestOf(MODULE) })
})

t.test('what is no module, not there or too large is refused', async (t) => {
  const { host } = await startScriptedServer(t, SERVER)
  const fetch = (path: string) => fetchModule(parseReference(`http://${host}/${path}`), OPTIONS)
  await t.rejects(fetch('page'), {
    code: 'ERR_ARTIFACT_INVALID',
    message: /^http:.*\/page is not a WebAssembly module/,
  })
  await t.rejects(fetch('none'), { code: 'ERR_ARTIFACT_NOT_FOUND', message: /the server answers 404/ })
  await t.rejects(fetch('large'), { code: 'ERR_ARTIFACT_TOO_LARGE', message: /is larger than 1000 bytes/ })
})
