import type { IncomingMessage, ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { ANONYMOUS } from '../../../artifacts/credentials/credentials.ts'
import { digestOf } from '../../../artifacts/digest.ts'
import { fetchModule } from '../../../artifacts/fetch-module.ts'
import type { Limits } from '../../../artifacts/limits.ts'
import { parseReference } from '../../../artifacts/reference.ts'
import { writePolicyManifest } from '../../../artifacts/registry/policy-manifest.ts'
import { insecureSources } from '../../helpers/registry.ts'
import { type ScriptedServer, startScriptedServer } from '../../helpers/scripted-server.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => unknown

const MODULE = Buffer.from('\0asm\x01\0\0\0')
const MANIFEST = Buffer.from(writePolicyManifest(MODULE, {}))
const OCI = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
/** No test waits for what it does not test. */
const QUICK: Partial<Limits> = { backoffMs: 1 }

const send =
  (bytes: Uint8Array | string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(200, headers).end(bytes)
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end()
const json = (value: unknown, type = OCI): Answer => send(JSON.stringify(value), { 'content-type': type })

/** A registry of one policy, but for what a test has answered otherwise. */
async function start(t: Test, { manifest, blob }: { manifest?: Answer; blob?: Answer }) {
  return startScriptedServer(t, {
    '/v2/some/policy/manifests/': manifest ?? send(MANIFEST, { 'content-type': OCI }),
    '/v2/some/policy/blobs/': blob ?? send(MODULE),
  })
}

function pull({ host }: ScriptedServer, limits: Partial<Limits> = QUICK, suffix = ':v1', signal?: AbortSignal) {
  const options = { sources: insecureSources(host), credentials: ANONYMOUS, limits, signal }
  return fetchModule(parseReference(`registry://${host}/some/policy${suffix}`), options)
}

t.test('the registry of these tests is honest by itself', async (t) => {
  t.match(await pull(await start(t, {})), { digest: digestOf(MODULE), manifestDigest: digestOf(MANIFEST) })
})

t.test('a layer with other bytes is refused, and not asked for again', async (t) => {
  const server = await start(t, { blob: send('\0asm\x01\0\0\x01') })
  await t.rejects(pull(server), {
    code: 'ERR_ARTIFACT_DIGEST',
    message: /^the module of 127\.0\.0\.1:\d+\/some\/policy:v1: the server sends sha256:\w+, announced was sha256:\w+$/,
  })
  t.equal(server.seen.filter(({ path }) => path.includes('/blobs/')).length, 1)
})

t.test('a layer of another size is refused', async (t) => {
  const short = await start(t, { blob: send(MODULE.subarray(0, 7)) })
  await t.rejects(pull(short), { code: 'ERR_ARTIFACT_DIGEST', message: /sends 7 bytes .*announced were 8$/ })
  const long = await start(t, { blob: send(Buffer.concat([MODULE, MODULE])) })
  await t.rejects(pull(long), { code: 'ERR_ARTIFACT_TOO_LARGE', message: /is larger than 8 bytes$/ })
})

t.test('a manifest must be the one whose digest was asked for', async (t) => {
  const server = await start(t, {})
  await t.resolves(pull(server, QUICK, `@${digestOf(MANIFEST)}`))
  await t.resolves(pull(server, QUICK, `:v1@${digestOf(MANIFEST)}`))
  await t.rejects(pull(server, QUICK, `:v1@${digestOf(MODULE)}`), { code: 'ERR_ARTIFACT_DIGEST' })
})

t.test('a manifest must have the digest that the registry itself names', async (t) => {
  const headers = { 'content-type': OCI, 'docker-content-digest': digestOf(MODULE) }
  await t.rejects(pull(await start(t, { manifest: send(MANIFEST, headers) })), { code: 'ERR_ARTIFACT_DIGEST' })
})

t.test('a truncated body is asked for again, and at last is a failure', async (t) => {
  const truncated: Answer = (response) => {
    response.writeHead(200, { 'content-length': '8' })
    response.write('\0as', () => response.destroy())
  }
  const server = await start(t, { blob: truncated })
  await t.rejects(pull(server), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /the answer ends after 3 bytes: aborted; tried 4 times$/,
  })
  let calls = 0
  const healed = await start(t, { blob: (...args) => (calls++ === 0 ? truncated : send(MODULE))(...args) })
  t.match(await pull(healed), { digest: digestOf(MODULE) })
})

t.test('a server that drips ends at the deadline, one that is silent before it', async (t) => {
  const drip: Answer = (response) => {
    response.writeHead(200, { 'content-length': '8' })
    const timer = setInterval(() => response.write('\0'), 50)
    response.on('close', () => clearInterval(timer))
  }
  const dripping = await start(t, { manifest: drip })
  await t.rejects(pull(dripping, { totalMs: 200 }), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /^registry:\/\/127\.0\.0\.1:\d+\/some\/policy:v1 is not done after 0\.2 s$/,
  })
  const silent = await start(t, { manifest: () => {} })
  await t.rejects(pull(silent, { stallMs: 50, attempts: 2, backoffMs: 1 }), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /over HTTP: no byte came for 0\.05 s; tried 2 times$/,
  })
})

t.test('whoever pulls can stop it', async (t) => {
  const controller = new AbortController()
  const server = await start(t, { blob: () => controller.abort(new Error('enough')) })
  await t.rejects(pull(server, QUICK, ':v1', controller.signal), { message: 'enough' })
})

t.test('refusals and absences are told apart, and final', async (t) => {
  for (const [code, expected] of [
    [401, 'ERR_ARTIFACT_REFUSED'],
    [403, 'ERR_ARTIFACT_REFUSED'],
    [404, 'ERR_ARTIFACT_NOT_FOUND'],
    [418, 'ERR_ARTIFACT_FETCH'],
  ] as const) {
    const server = await start(t, { blob: status(code) })
    await t.rejects(pull(server), { code: expected, message: new RegExp(`the server answers ${code}`) })
    t.equal(server.seen.length, 2, `${code} is not asked again`)
  }
})

t.test('a busy or failing server is asked again, when it says', async (t) => {
  for (const code of [429, 500, 503]) {
    let calls = 0
    const busy: Answer = (...args) => (calls++ < 2 ? status(code, { 'retry-after': '0' }) : send(MODULE))(...args)
    t.match(await pull(await start(t, { blob: busy }), { backoffMs: 600_000 }), { digest: digestOf(MODULE) }, `${code}`)
    t.equal(calls, 3)
  }
  const always = await start(t, { blob: status(503) })
  await t.rejects(pull(always), { code: 'ERR_ARTIFACT_FETCH', message: /the server answers 503; tried 4 times$/ })
  const patient = await start(t, { blob: status(429, { 'retry-after': '3600' }) })
  await t.rejects(pull(patient), { message: /answers 429, and wants to be asked again in 3600 s only$/ })
})

t.test('what is larger than allowed is not taken, whether it is announced or not', async (t) => {
  const limits = { ...QUICK, manifestBytes: 1000 }
  const announced = await start(t, { manifest: send(' '.repeat(1001)) })
  await t.rejects(pull(announced, limits), { code: 'ERR_ARTIFACT_TOO_LARGE', message: /is larger than 1000 bytes$/ })
  const endless: Answer = (response) => {
    const more = () => {
      while (response.write(' '.repeat(512)));
    }
    response.on('drain', more)
    more()
  }
  await t.rejects(pull(await start(t, { manifest: endless }), limits), { code: 'ERR_ARTIFACT_TOO_LARGE' })
  const server = await start(t, {})
  await t.rejects(pull(server, { moduleBytes: 7 }), {
    code: 'ERR_ARTIFACT_TOO_LARGE',
    message: /has 8 bytes; at most 7 bytes are taken$/,
  })
  t.notOk(
    server.seen.some(({ path }) => path.includes('/blobs/')),
    'the layer is not asked for',
  )
})

t.test('what is no policy is refused', async (t) => {
  const manifest = JSON.parse(MANIFEST.toString())
  const [layer] = manifest.layers
  const rows: [Answer, RegExp][] = [
    [json({ ...manifest, layers: [layer, layer] }), /has 2 layers of/],
    [
      json({ ...manifest, layers: [{ ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar' }] }),
      /has 0 layers/,
    ],
    [json({ ...manifest, mediaType: undefined }, 'text/html'), /is a text\/html/],
    [send('<html>', { 'content-type': OCI }), /is not JSON/],
  ]
  for (const [answer, message] of rows)
    await t.rejects(pull(await start(t, { manifest: answer })), { code: 'ERR_ARTIFACT_INVALID', message })
})

t.test('what a registry writes is shown on one line, and not all of it', async (t) => {
  const manifest = JSON.parse(MANIFEST.toString())
  const mediaType = `text\n\u001b[2J${'x'.repeat(10_000)}`
  const server = await start(t, { manifest: json({ ...manifest, mediaType }, 'text/plain') })
  const error = await pull(server).catch(String)
  t.match(error, /is a text\\n\\u001b\[2Jx+…$/)
  t.ok(String(error).length < 500)
})

t.test('a layer that is no WebAssembly is refused', async (t) => {
  const text = Buffer.from('#!/bin/sh')
  const manifest = send(writePolicyManifest(text, {}), { 'content-type': OCI })
  await t.rejects(pull(await start(t, { manifest, blob: send(text) })), {
    code: 'ERR_ARTIFACT_INVALID',
    message: /the module of .* is not a WebAssembly module/,
  })
})

t.test('an index may lead to one manifest, and to no further index', async (t) => {
  const index = (digest: string, size: number) => ({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [{ mediaType: OCI, digest, size }],
  })
  const outer = Buffer.from(JSON.stringify(index(digestOf(MANIFEST), MANIFEST.length)))
  const answer =
    (inner: Buffer, type: string): Answer =>
    (response, { url }) =>
      (url?.endsWith('/v1') ? send(outer, { 'content-type': INDEX }) : send(inner, { 'content-type': type }))(
        response,
        {} as IncomingMessage,
      )
  const good = await pull(await start(t, { manifest: answer(MANIFEST, OCI) }))
  t.match(good, { digest: digestOf(MODULE), manifestDigest: digestOf(outer) }, 'the digest is the one of the tag')

  const other = await start(t, { manifest: answer(outer, INDEX) })
  await t.rejects(pull(other), { code: 'ERR_ARTIFACT_DIGEST' }, 'a loop would need a document with its own digest')
  const inner = Buffer.from(JSON.stringify(index(digestOf(MANIFEST), 1)))
  const nested = Buffer.from(JSON.stringify(index(digestOf(inner), inner.length)))
  const twice = await start(t, {
    manifest: (response, request) =>
      send(request.url?.endsWith('/v1') ? nested : inner, { 'content-type': INDEX })(response, request),
  })
  await t.rejects(pull(twice), { code: 'ERR_ARTIFACT_INVALID', message: /is an index within an index/ })
})
