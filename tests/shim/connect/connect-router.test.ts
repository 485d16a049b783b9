import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ConnectRouterOptions, createConnectRouter } from '../../../shim/connect/connect-router.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { killAtEnd } from '../../helpers/kill-at-end.ts'
import { connectRaw, type RawClient } from '../../helpers/raw-client.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

const ACCEPTED = 'HTTP/1.1 200 OK\r\n\r\n'

/** A router whose virtual hosts answer `you said: …` to what they are told. */
async function startRouter(t: Test, options: Partial<ConnectRouterOptions> = {}): Promise<() => Promise<RawClient>> {
  const path = join(makeShortFolder(t), 's')
  const server = createServer()
  const route = createConnectRouter({
    virtualHosts: [
      { host: 'admission.gatehouse.internal', port: 443 },
      { host: 'second.gatehouse.internal', port: 8443 },
    ],
    allowedTargets: [],
    dialTimeoutMs: 5000,
    terminate(socket) {
      socket.on('data', (chunk) => socket.write(`you said: ${chunk}`))
      socket.on('end', () => socket.end())
    },
    log: SILENT_LOG,
    ...options,
  })
  server.on('connect', (request, socket, head) => void route(request, socket as Socket, head))
  server.listen(path)
  await once(server, 'listening')
  t.teardown(() => server.close())
  return async () => {
    const client = await connectRaw(path)
    t.teardown(() => client.socket.destroy())
    return client
  }
}

/** A TCP server, and the router's option that allows it. */
async function startTarget(t: Test, onConnection: (socket: Socket) => void) {
  const server = createTcpServer({ allowHalfOpen: true }, onConnection).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  return { authority: `127.0.0.1:${port}`, allowedTargets: [{ host: '127.0.0.1', port }] }
}

const connectTo = (authority: string) => `CONNECT ${authority} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`

t.test('each virtual host is accepted, with nothing behind the answer until the client speaks', async (t) => {
  const open = await startRouter(t)
  for (const host of [
    'admission.gatehouse.internal:443',
    'second.gatehouse.internal:8443',
    'ADMISSION.gatehouse.internal:443',
  ]) {
    const client = await open()
    client.write(connectTo(host))
    t.equal(await client.receive('\r\n\r\n'), ACCEPTED, host)
    client.write('hello')
    t.equal(await client.receive('hello'), `${ACCEPTED}you said: hello`)
  }
})

t.test('what a client sends together with its CONNECT is not lost', async (t) => {
  const client = await (await startRouter(t))()
  client.write(`${connectTo('admission.gatehouse.internal:443')}early`)
  t.equal(await client.receive('early'), `${ACCEPTED}you said: early`)
})

t.test('any other target is refused, and the reason says which flag would allow it', async (t) => {
  const open = await startRouter(t, { allowedTargets: [{ host: 'webhook.example.com', port: 443 }] })
  for (const target of [
    'webhook.example.com:80',
    'evil.example.com:443',
    'admission.gatehouse.internal:80',
    '[::1]:443',
  ]) {
    const client = await open()
    client.write(connectTo(target))
    const [status] = (await client.receiveAll()).split('\r\n')
    t.equal(status, `HTTP/1.1 403 Forbidden: gatehouse tunnels to ${target} only with --allow-connect ${target}`)
  }
})

t.test('a CONNECT that names no host and port is a bad request', async (t) => {
  const open = await startRouter(t)
  for (const target of ['admission.gatehouse.internal', '/validate', 'http://host:80/']) {
    const client = await open()
    client.write(connectTo(target))
    t.match(await client.receiveAll(), /^HTTP\/1\.1 400 Bad Request/, target)
  }
})

t.test('an allowed target is reached byte for byte, both ways', async (t) => {
  const { authority, allowedTargets } = await startTarget(t, (socket) => socket.pipe(socket))
  const client = await (await startRouter(t, { allowedTargets }))()
  client.write(connectTo(authority))
  t.equal(await client.receive('\r\n\r\n'), ACCEPTED)
  const text = 'x'.repeat(1_000_000)
  client.write(`${text}!`)
  t.equal(await client.receive('!'), `${ACCEPTED}${text}!`)
})

t.test('a target that speaks first is held back until the client has spoken', async (t) => {
  const { authority, allowedTargets } = await startTarget(t, (socket) => {
    socket.write('220 ready\n')
    socket.on('data', (chunk) => socket.write(`echo ${chunk}`))
    socket.on('end', () => socket.end())
  })
  const client = await (await startRouter(t, { allowedTargets }))()
  client.write(connectTo(authority))
  t.equal(await client.receive('\r\n\r\n'), ACCEPTED)
  client.write('hello')
  t.equal(await client.receive('echo hello'), `${ACCEPTED}220 ready\necho hello`)
})

t.test('a client that has said all it had to say still gets its answer', async (t) => {
  const { authority, allowedTargets } = await startTarget(t, (socket) => {
    let said = ''
    socket.on('data', (chunk) => (said += chunk))
    socket.on('end', () => socket.end(`you said ${said}`))
  })
  const client = await (await startRouter(t, { allowedTargets }))()
  client.write(connectTo(authority))
  await client.receive('\r\n\r\n')
  client.socket.end('everything')
  t.equal(await client.receiveAll(), `${ACCEPTED}you said everything`)
})

t.test('when one side breaks, the other is closed', async (t) => {
  const target = Promise.withResolvers<Socket>()
  const { authority, allowedTargets } = await startTarget(t, (socket) => target.resolve(socket))
  const open = await startRouter(t, { allowedTargets })
  const client = await open()
  client.write(connectTo(authority))
  await client.receive('\r\n\r\n')
  client.write('hello')
  const upstream = await target.promise
  upstream.resetAndDestroy()
  t.equal(await client.receiveAll(), ACCEPTED)
})

t.test('a client that breaks off closes the connection to its target', async (t) => {
  const closed = Promise.withResolvers<void>()
  const { authority, allowedTargets } = await startTarget(t, (socket) => {
    socket.on('error', () => {})
    socket.on('close', () => closed.resolve())
    socket.on('data', () => socket.write('x'.repeat(100_000)))
    socket.on('end', () => socket.end())
  })
  const client = await (await startRouter(t, { allowedTargets }))()
  client.write(connectTo(authority))
  await client.receive('\r\n\r\n')
  client.write('hello')
  client.socket.destroy()
  await t.resolves(closed.promise)
})

t.test('a target that refuses is a bad gateway', async (t) => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const client = await (await startRouter(t, { allowedTargets: [{ host: '127.0.0.1', port }] }))()
  client.write(connectTo(`127.0.0.1:${port}`))
  const [status] = (await client.receiveAll()).split('\r\n')
  t.equal(status, `HTTP/1.1 502 Bad Gateway: gatehouse could not reach 127.0.0.1:${port}`)
})

t.test('a target that does not answer is a gateway timeout', async (t) => {
  // A listener that is stopped and whose short queue is full: the kernel drops what else wants to connect.
  const script = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    process.send(s.address().port, () => process.kill(process.pid, 'SIGSTOP')) })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  killAtEnd(t, child)
  const [port] = (await once(child, 'message')) as [number]
  const fillers = Array.from({ length: 4 }, () => connect({ host: '127.0.0.1', port }))
  for (const filler of fillers) {
    filler.on('error', () => {})
    t.teardown(() => filler.destroy())
  }
  const client = await (await startRouter(t, { allowedTargets: [{ host: '127.0.0.1', port }], dialTimeoutMs: 500 }))()
  client.write(connectTo(`127.0.0.1:${port}`))
  const [status] = (await client.receiveAll()).split('\r\n')
  t.equal(status, `HTTP/1.1 504 Gateway Timeout: gatehouse could not reach 127.0.0.1:${port} in time`)
})
