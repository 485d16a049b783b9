import { once } from 'node:events'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Drain } from '../../../shim/http/drain.ts'
import type { Answerer } from '../../../shim/http/exchange.ts'
import { SERVER_TIMEOUTS, type ServerTimeouts } from '../../../shim/http/server-timeouts.ts'
import { openSocketListener } from '../../../shim/http/socket-listener.ts'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { HOST, socketOptions } from '../../helpers/shim.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'
import { openTunnel } from '../../helpers/tunnel.ts'
import { until } from '../../helpers/until.ts'

interface TestListener {
  readonly drain: Drain
  /** Closes what is idle. */
  readonly stop: () => void
  readonly close: () => void
  connect(): Promise<Client>
}

async function open(t: Test, answer: Answerer, timeouts: Partial<ServerTimeouts> = {}): Promise<TestListener> {
  const folder = makeShortFolder(t)
  const socket = socketOptions(folder)
  const certificate = await ensureCertificates({ folder, hosts: [HOST] })
  const drain = new Drain()
  const listener = await openSocketListener({
    socket,
    certificate,
    answer,
    drain,
    log: SILENT_LOG,
    timeouts: { ...SERVER_TIMEOUTS, connectionsCheckingInterval: 10, ...timeouts },
  })
  t.teardown(async () => {
    await listener.stopAccepting()
    listener.closeConnections()
  })
  const authority = join(folder, 'ca.crt')
  return {
    drain,
    stop: () => listener.closeIdleConnections(),
    close: () => listener.closeConnections(),
    connect: async () => new Client(await openTunnel({ socket: socket.path, authority, host: HOST })),
  }
}

/** One tunnel, on which every byte is seen. */
class Client {
  readonly tunnel: TLSSocket
  #received = ''

  constructor(tunnel: TLSSocket) {
    this.tunnel = tunnel
    tunnel.on('data', (chunk) => {
      this.#received += chunk
    })
    tunnel.on('error', () => {})
  }

  /** The next answer's head and body. */
  async answer(): Promise<string> {
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n') + 4
      const end = head + Number(/content-length: (\d+)/i.exec(this.#received)?.[1])
      if (Buffer.byteLength(this.#received) >= end) {
        const answer = Buffer.from(this.#received).subarray(0, end).toString()
        this.#received = this.#received.slice(answer.length)
        return answer
      }
      await once(this.tunnel, 'data')
    }
  }

  async rest(): Promise<string> {
    if (!this.tunnel.readableEnded) await once(this.tunnel, 'end')
    return this.#received
  }
}

const FIELDS = 'Host: h\r\nContent-Type: application/json'
const post = (body: string, path = '/validate/p', fields = FIELDS) =>
  `POST ${path} HTTP/1.1\r\n${fields}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const echo: Answerer = async ({ method, url, headers, readBody }) => ({
  status: 200,
  contentType: 'text/plain',
  body: `${method} ${url} ${headers['content-type']} ${Buffer.from(await readBody())}`,
})

const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4)

t.test('however a request is cut, it is answered as if it had come at once', async (t) => {
  const client = await (await open(t, echo)).connect()
  const request = post('{"name":"ü"}', '/validate/p?timeout=10s')
  const cuts = fc.array(fc.nat({ max: request.length - 1 }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(cuts, async (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), request.length]
      for (const [index, place] of places.slice(1).entries()) client.tunnel.write(request.slice(places[index], place))
      const answer = await client.answer()
      t.equal(bodyOf(answer), 'POST /validate/p?timeout=10s application/json {"name":"ü"}')
    }),
    { numRuns: 50 },
  )
})

t.test('an answer has what HTTP asks of it, its length in bytes', async (t) => {
  const client = await (await open(t, echo)).connect()
  client.tunnel.write(post('ü'))
  const answer = await client.answer()
  t.match(answer, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: 36\r\nDate: .* GMT\r\n\r\n/)
})

t.test('whatever else HTTP knows is answered on the same connection, before and after', async (t) => {
  const client = await (await open(t, echo)).connect()
  client.tunnel.write(post('first'))
  t.match(await client.answer(), 'first')
  client.tunnel.write(`POST /c HTTP/1.1\r\n${FIELDS}\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n`)
  t.match(await client.answer(), 'POST /c application/json second')
  client.tunnel.write(`GET /g HTTP/1.1\r\n${FIELDS}\r\n\r\n`)
  t.match(await client.answer(), 'GET /g application/json')
  client.tunnel.write(post('last'))
  t.match(await client.answer(), 'last')
})

t.test('a client that does not wait for its answers gets them all, in order', async (t) => {
  const client = await (await open(t, echo)).connect()
  const bodies = Array.from({ length: 20 }, (_, index) => `number ${index}`)
  client.tunnel.write(bodies.map((body) => post(body)).join(''))
  for (const body of bodies) t.match(await client.answer(), body)
})

t.test('so does one that sends the next request while the first is being answered', async (t) => {
  const arrived = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const { connect } = await open(t, async (exchange) => {
    arrived.resolve()
    await go.promise
    return echo(exchange)
  })
  const client = await connect()
  client.tunnel.write(post('one'))
  await arrived.promise
  client.tunnel.write(post('two').slice(0, 30))
  client.tunnel.write(post('two').slice(30))
  go.resolve()
  t.match(await client.answer(), 'one')
  t.match(await client.answer(), 'two')
})

t.test('bytes that are no HTTP are told so, and end their connection', async (t) => {
  const { connect } = await open(t, echo)
  const client = await connect()
  client.tunnel.write('nonsense\r\n\r\n')
  t.match(await client.rest(), /^HTTP\/1\.1 400 Bad Request\r\n/)
  const long = await connect()
  long.tunnel.write(`POST / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}`)
  t.match(await long.rest(), /^HTTP\/1\.1 431 /)
})

t.test('a request that does not come to its end is not waited for', async (t) => {
  const { connect } = await open(t, echo, { headersTimeout: 50, requestTimeout: 50 })
  for (const part of ['POST / HT', post('never').slice(0, -1)]) {
    const client = await connect()
    client.tunnel.write(part)
    t.match(await client.rest(), /^HTTP\/1\.1 408 Request Timeout\r\n/)
  }
})

t.test('a connection on which nothing is asked any more is closed', async (t) => {
  const { connect } = await open(t, echo, { keepAliveTimeout: 50 })
  const client = await connect()
  client.tunnel.write(post('only'))
  t.match(await client.answer(), 'only')
  t.equal(await client.rest(), '')
})

t.test('who goes away is not waited for', async (t) => {
  const left = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const { connect, drain } = await open(t, async (exchange) => {
    exchange.signal.addEventListener('abort', () => left.resolve())
    arrived.resolve()
    await left.promise
    return echo(exchange)
  })
  const client = await connect()
  client.tunnel.write(post('gone'))
  await arrived.promise
  t.equal(drain.inFlight, 1)
  client.tunnel.destroy()
  await left.promise
  await drain.whenIdle()
})

t.test('when the shim stops, what is asked is answered for the last time, and what is idle is closed', async (t) => {
  const { connect, drain, stop } = await open(t, echo)
  const [busy, idle] = [await connect(), await connect()]
  idle.tunnel.write(post('before'))
  t.match(await idle.answer(), 'before')
  drain.start()
  busy.tunnel.write(post('last'))
  t.match(await busy.answer(), /\r\nConnection: close\r\n(.*\r\n)+.*last$/)
  t.equal(await busy.rest(), '')
  stop()
  t.equal(await idle.rest(), '')
})

t.test('a large answer counts as under way until its last byte has left', async (t) => {
  const large = 'x'.repeat(3_000_000)
  const { connect, drain, stop, close } = await open(t, async () => ({
    status: 200,
    contentType: 'text/plain',
    body: large,
  }))
  const client = await connect()
  client.tunnel.pause()
  client.tunnel.write(post('all of it'))
  await until(async () => drain.inFlight === 1)
  drain.start()
  stop()
  const idle = drain.whenIdle().then(close)
  client.tunnel.resume()
  t.equal(bodyOf(await client.answer()), large)
  await idle
})
