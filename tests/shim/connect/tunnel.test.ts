import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { dial, joinSockets } from '../../../shim/connect/tunnel.ts'

/** Both ends of a TCP connection. */
async function makePair(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const near = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  const [far] = (await accepted) as [Socket]
  for (const socket of [near, far]) t.teardown(() => socket.destroy())
  return { near, far }
}

t.test('when either socket is destroyed from within, as at a shutdown, the other one is closed', async (t) => {
  for (const which of ['client', 'upstream'] as const) {
    const [client, upstream] = [await makePair(t), await makePair(t)]
    joinSockets(client.near, upstream.near)
    const other = which === 'client' ? upstream : client
    other.far.resume()
    const ended = once(other.far, 'end')
    if (which === 'client') client.near.destroy()
    else upstream.near.destroy()
    await ended
    t.ok(other.near.destroyed, which)
  }
})

t.test('a target that is not there fails with its own error', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  await t.rejects(dial({ host: '127.0.0.1', port }, 5000), { code: 'ECONNREFUSED' })
})
