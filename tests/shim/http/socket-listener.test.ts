import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Drain } from '../../../shim/http/drain.ts'
import type { Answerer } from '../../../shim/http/exchange.ts'
import type { Listener } from '../../../shim/http/listener.ts'
import { SERVER_TIMEOUTS, type ServerTimeouts } from '../../../shim/http/server-timeouts.ts'
import { openSocketListener } from '../../../shim/http/socket-listener.ts'
import { ensureCertificates, type IssuedCertificates } from '../../../shim/tls/certificates.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { connectRaw } from '../../helpers/raw-client.ts'
import { HOST, send, socketOptions } from '../../helpers/shim.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'
import { agentFor, openTunnel } from '../../helpers/tunnel.ts'

const CONNECT = `CONNECT ${HOST}:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`

interface TestListener {
  readonly listener: Listener
  readonly folder: string
  readonly socket: string
  readonly authority: string
  readonly certificate: IssuedCertificates
}

async function open(t: Test, answer: Answerer, timeouts: Partial<ServerTimeouts> = {}): Promise<TestListener> {
  const folder = makeShortFolder(t)
  const socket = socketOptions(folder)
  const certificate = await ensureCertificates({ folder, hosts: [HOST] })
  const listener = await openSocketListener({
    socket,
    certificate,
    answer,
    drain: new Drain(),
    log: SILENT_LOG,
    timeouts: { ...SERVER_TIMEOUTS, connectionsCheckingInterval: 10, ...timeouts },
  })
  t.teardown(async () => {
    await listener.stopAccepting()
    listener.closeConnections()
  })
  return { listener, folder, socket: socket.path, authority: join(folder, 'ca.crt'), certificate }
}

const HELLO = { status: 200, contentType: 'text/plain', body: 'hello' }
const answerHello: Answerer = async () => HELLO

t.test('the same answers come plainly and through a tunnel', async (t) => {
  const test = await open(t, answerHello)
  t.equal((await send({ socketPath: test.socket, path: '/' })).text, 'hello')
  const tunnel = await openTunnel({ ...test, host: HOST })
  t.equal((await send({ agent: agentFor(tunnel), path: '/' })).text, 'hello')
})

t.test('a connection that says nothing is closed', async (t) => {
  const { socket } = await open(t, answerHello, { headersTimeout: 50 })
  const client = await connectRaw(socket)
  t.match(await client.receiveAll(), /^(HTTP\/1\.1 408 |$)/)
})

t.test('so is a tunnel in which nobody speaks TLS', async (t) => {
  const test = await open(t, answerHello, { handshakeTimeout: 50 })
  const silent = await connectRaw(test.socket)
  silent.write(CONNECT)
  t.equal(await silent.receiveAll(), 'HTTP/1.1 200 OK\r\n\r\n')
})

t.test('and one in which no request follows', async (t) => {
  const test = await open(t, answerHello, { headersTimeout: 300 })
  const idle = await openTunnel({ ...test, host: HOST })
  idle.resume()
  await once(idle, 'end')
})

t.test('bytes that are no TLS close their tunnel and no other', async (t) => {
  const test = await open(t, answerHello)
  const good = agentFor(await openTunnel({ ...test, host: HOST }))
  const bad = await connectRaw(test.socket)
  bad.write(CONNECT)
  await bad.receive('\r\n\r\n')
  bad.write('GET / HTTP/1.1\r\n\r\n')
  await bad.receiveAll()
  t.equal((await send({ agent: good, path: '/' })).text, 'hello')
})

t.test('a handshake that is broken off leaves a server that works', async (t) => {
  const test = await open(t, answerHello)
  for (const end of ['destroy', 'end'] as const) {
    const client = await connectRaw(test.socket)
    client.write(CONNECT)
    await client.receive('\r\n\r\n')
    client.socket.write(Buffer.from('1603010200', 'hex')) // the head of a ClientHello
    client.socket[end]()
  }
  const tunnel = await openTunnel({ ...test, host: HOST })
  t.equal((await send({ agent: agentFor(tunnel), path: '/' })).text, 'hello')
})

t.test('a new certificate is shown to those who come after it', async (t) => {
  const test = await open(t, answerHello)
  const before = await openTunnel({ ...test, host: HOST })
  const renewed = await ensureCertificates({ folder: test.folder, hosts: [HOST, 'second.internal'] })
  test.listener.useCertificate(renewed)
  const after = await openTunnel({ ...test, host: HOST })
  t.equal(before.getPeerX509Certificate()?.toString(), test.certificate.cert)
  t.equal(after.getPeerX509Certificate()?.toString(), renewed.cert)
  t.equal((await send({ agent: agentFor(before), path: '/' })).text, 'hello', 'open tunnels stay open')
})

t.test('a listener that stops takes nobody new, finishes what is in flight, and closes the rest', async (t) => {
  const arrived = Promise.withResolvers<() => void>()
  const late = Promise.withResolvers<void>()
  const test = await open(t, async () => {
    arrived.resolve(late.resolve)
    await late.promise
    return { ...HELLO, body: 'late' }
  })
  const idle = await openTunnel({ ...test, host: HOST })
  idle.resume()
  const inFlight = send({ agent: agentFor(await openTunnel({ ...test, host: HOST })), path: '/' })
  const finish = await arrived.promise
  await test.listener.stopAccepting()
  await t.rejects(connectRaw(test.socket), { code: 'ENOENT' })
  finish()
  t.equal((await inFlight).text, 'late')
  test.listener.closeConnections()
  await once(idle, 'end')
})
