import { once } from 'node:events'
import { createServer as createPlain } from 'node:http'
import { createServer as createTls } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { discard } from '../../../artifacts/http/read-body.ts'
import { Transport } from '../../../artifacts/http/transport.ts'
import { DEFAULT_LIMITS } from '../../../artifacts/limits.ts'
import { NO_SOURCES, type Sources } from '../../../artifacts/sources/sources.ts'
import { createAuthority, issueCertificate } from '../../../util/certificates.ts'

const INSECURE: Sources = { ...NO_SOURCES, isInsecure: () => true }
const { signal } = new AbortController()

/** A port that speaks HTTPS, for so many connections, and HTTP. */
async function startBoth(t: Test, tlsConnections: number) {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const authority = await createAuthority({ commonName: 'nobody trusts', ...validity })
  const leaf = await issueCertificate(authority, { commonName: 'site', hosts: ['localhost'], ...validity })
  const seen: string[] = []
  const tls = createTls({ cert: leaf.certificate, key: leaf.key }, (_, response) => {
    seen.push('https')
    response.setHeader('connection', 'close').end()
  })
  const plain = createPlain((_, response) => {
    seen.push('http')
    response.end()
  })
  let left = tlsConnections
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) => {
      socket.pause()
      socket.unshift(bytes)
      // a TLS handshake begins with 22
      if (bytes[0] !== 22) plain.emit('connection', socket)
      else if (left-- > 0) tls.emit('connection', socket)
      else socket.destroy()
      process.nextTick(() => socket.resume())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { url: new URL(`https://localhost:${(server.address() as AddressInfo).port}/`), seen }
}

async function ask(transport: Transport, url: URL): Promise<number> {
  const answer = await transport.send({ method: 'GET', url }, signal)
  discard(answer)
  return answer.status
}

t.test('an insecure host is asked in the safest way that it answers', async (t) => {
  const { url, seen } = await startBoth(t, Number.POSITIVE_INFINITY)
  using transport = new Transport(INSECURE, DEFAULT_LIMITS)
  t.equal(await ask(transport, url), 200)
  t.strictSame(seen, ['https'])
})

t.test('an insecure host that does not speak HTTPS is asked over HTTP', async (t) => {
  const { url, seen } = await startBoth(t, 0)
  using transport = new Transport(INSECURE, DEFAULT_LIMITS)
  t.equal(await ask(transport, url), 200)
  t.strictSame(seen, ['http'])
})

t.test('a host that has answered is not asked in a less safe way because it fails once', async (t) => {
  // one connection fails for its certificate, the next one does not look at it
  const { url, seen } = await startBoth(t, 2)
  using transport = new Transport(INSECURE, DEFAULT_LIMITS)
  t.equal(await ask(transport, url), 200)
  await t.rejects(ask(transport, url), {
    code: 'ERR_ARTIFACT_FETCH',
    message: /^cannot reach localhost:\d+ over HTTPS without verification: [^;]*$/,
  })
  t.strictSame(seen, ['https'])
})

t.test('every way that failed is said', async (t) => {
  using transport = new Transport(INSECURE, DEFAULT_LIMITS)
  await t.rejects(ask(transport, new URL('https://127.0.0.1:1/')), {
    message:
      /^cannot reach 127\.0\.0\.1:1 over HTTPS: .*; over HTTPS without verification: .*; over HTTP: .*ECONNREFUSED/,
  })
})
