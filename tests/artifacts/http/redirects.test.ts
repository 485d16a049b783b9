import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import type { Credentials } from '../../../artifacts/credentials/credentials.ts'
import { digestOf } from '../../../artifacts/digest.ts'
import { fetchModule } from '../../../artifacts/fetch-module.ts'
import { pushModule } from '../../../artifacts/push-module.ts'
import { parseReference } from '../../../artifacts/reference.ts'
import { writePolicyManifest } from '../../../artifacts/registry/policy-manifest.ts'
import { NO_SOURCES, type Sources } from '../../../artifacts/sources/sources.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { type ScriptedServer, startScriptedServer } from '../../helpers/scripted-server.ts'

const MODULE = Buffer.from('\0asm\x01\0\0\0')
const MANIFEST = writePolicyManifest(MODULE, {})
const BASIC = `Basic ${Buffer.from('alice:secret').toString('base64')}`
const ALICE: Credentials = { find: async () => ({ username: 'alice', password: 'secret' }) }
const INSECURE: Sources = { ...NO_SOURCES, isInsecure: () => true }

const OPTIONS = { sources: INSECURE, credentials: ALICE, limits: { backoffMs: 1, attempts: 1 } }
const redirect =
  (location: string, status = 307) =>
  (response: ServerResponse) =>
    response.writeHead(status, { location }).end()

/** A registry that wants a password, and whose layers are where a test says. */
function startRegistry(t: Test, blob: (response: ServerResponse) => unknown): Promise<ScriptedServer> {
  return startScriptedServer(t, {
    '/v2/some/policy/manifests/': (response, { headers }) => {
      if (headers.authorization !== BASIC)
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      return response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(MANIFEST)
    },
    '/v2/some/policy/blobs/': blob,
    '/here': (response) => response.end(MODULE),
  })
}

const pull = ({ host }: ScriptedServer, options = OPTIONS) =>
  fetchModule(parseReference(`registry://${host}/some/policy:v1`), options)

t.test('credentials go on within an origin, and never to another one', async (t) => {
  for (const status of [301, 302, 303, 307, 308]) {
    const storage = await startScriptedServer(t, { '/layer': (response) => response.end(MODULE) })
    const registry = await startRegistry(t, redirect(`http://${storage.host}/layer?signature=x`, status))
    t.match(await pull(registry), { digest: digestOf(MODULE) })
    t.strictSame(storage.seen, [{ method: 'GET', path: '/layer?signature=x', authorization: undefined }], `${status}`)
  }
  const registry = await startRegistry(t, redirect('/here'))
  await pull(registry)
  t.strictSame(registry.seen.at(-1), { method: 'GET', path: '/here', authorization: BASIC })
})

t.test('another port is another origin, and credentials do not come back by way of it', async (t) => {
  const targets: string[] = []
  const other = await startScriptedServer(t, { '/': (response) => redirect(targets[0] ?? '')(response) })
  const registry = await startRegistry(t, redirect(`http://${other.host}/away`))
  targets.push(`http://${registry.host}/here`)
  t.match(await pull(registry), { digest: digestOf(MODULE) })
  t.strictSame(registry.seen.at(-1), { method: 'GET', path: '/here', authorization: undefined })
})

t.test('a server that one was redirected to is not told who one is, even if it asks', async (t) => {
  const storage = await startScriptedServer(t, {
    '/': (response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="please"' }).end(),
  })
  const registry = await startRegistry(t, redirect(`http://${storage.host}/layer`))
  await t.rejects(pull(registry), { code: 'ERR_ARTIFACT_REFUSED' })
  t.strictSame(
    storage.seen.map(({ authorization }) => authorization),
    [undefined],
  )
})

t.test('redirects that lead nowhere end', async (t) => {
  const circle = await startRegistry(t, (response) => redirect('/v2/some/policy/blobs/again')(response))
  await t.rejects(pull(circle), { code: 'ERR_ARTIFACT_FETCH', message: /redirected more than 5 times$/ })
  t.equal(circle.seen.filter(({ path }) => path.includes('/blobs/')).length, 6)
  for (const location of ['file:///etc/passwd', 'http://', ''])
    await t.rejects(pull(await startRegistry(t, redirect(location))), { code: 'ERR_ARTIFACT_FETCH' }, location)
  const none = await startRegistry(t, (response) => response.writeHead(302).end())
  await t.rejects(pull(none), { message: /answers 302 with a Location that is no URL: none$/ })
})

t.test('nobody is led from HTTPS to plain HTTP, unless the operator trusts that host so', async (t) => {
  const storage = await startScriptedServer(t, { '/': (response) => response.end(MODULE) })
  await using site = await startHttpsSite((_, response) => redirect(`http://${storage.host}/policy.wasm`)(response))
  const reference = parseReference(`${site.url}/policy.wasm`)
  await t.rejects(fetchModule(reference, { ...OPTIONS, sources: { ...NO_SOURCES } }), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /^https:\/\/localhost:\d+ points to http:\/\/127\.0\.0\.1:\d+, which is not encrypted$/,
    hint: /list 127\.0\.0\.1:\d+ under insecure_sources/,
  })
  t.strictSame(storage.seen, [])
  const sources: Sources = { ...NO_SOURCES, isInsecure: (host) => host === storage.host }
  t.match(await fetchModule(reference, { ...OPTIONS, sources }), { digest: digestOf(MODULE) })
})

t.test(
  'a password does not go to a token server over plain HTTP for a registry that is spoken to over HTTPS',
  async (t) => {
    const tokens = await startScriptedServer(t, { '/': (response) => response.end('{"token":"x"}') })
    await using site = await startHttpsSite((_, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${tokens.host}/token"` }).end()
    })
    const reference = parseReference(`registry://${new URL(site.url).host}/some/policy:v1`)
    await t.rejects(fetchModule(reference, { ...OPTIONS, sources: { ...NO_SOURCES } }), {
      code: 'ERR_ARTIFACT_FETCH',
      message: /points to http:.*, which is not encrypted/,
    })
    t.strictSame(tokens.seen, [])
  },
)

t.test('storage that an upload is sent to is not told who one is, even if it asks', async (t) => {
  const asking = { 'www-authenticate': 'Basic realm="please"' }
  const storage = await startScriptedServer(t, { '/': (response) => response.writeHead(401, asking).end() })
  const registry = await startScriptedServer(t, {
    '/v2/some/policy/blobs/uploads/': (response) => redirect(`http://${storage.host}/upload`, 202)(response),
  })
  const pushed = pushModule(parseReference(`registry://${registry.host}/some/policy:v1`), MODULE, OPTIONS)
  await t.rejects(pushed, { code: 'ERR_ARTIFACT_REFUSED', message: /cannot push the configuration of .* answers 401/ })
  t.strictSame(
    storage.seen.map(({ method, authorization }) => [method, authorization]),
    [['PUT', undefined]],
  )
})

t.test('an upload that is taken elsewhere goes there without credentials', async (t) => {
  const storage = await startScriptedServer(t, { '/': (response) => response.writeHead(201).end() })
  const registry = await startScriptedServer(t, {
    '/v2/some/policy/blobs/uploads/': (response, { headers }) => {
      if (headers.authorization !== BASIC)
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      return response.writeHead(202, { location: `http://${storage.host}/upload?id=1` }).end()
    },
    '/v2/some/policy/manifests/': (response) => response.writeHead(201).end(),
  })
  await pushModule(parseReference(`registry://${registry.host}/some/policy:v1`), MODULE, OPTIONS)
  t.strictSame(
    storage.seen.map(({ method, authorization }) => [method, authorization]),
    [
      ['PUT', undefined],
      ['PUT', undefined],
    ],
  )
  t.strictSame(storage.seen.at(-1)?.path, `/upload?id=1&digest=${encodeURIComponent(digestOf(MODULE))}`)
  t.strictSame(registry.seen.at(-1)?.authorization, BASIC)
})
