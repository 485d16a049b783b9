import { once } from 'node:events'
import { request } from 'node:http'
import t from 'tap'
import { buildGuest } from '../helpers/guests.ts'
import { admissionReview } from '../helpers/policies.ts'
import { connectRaw } from '../helpers/raw-client.ts'
import { type Answer, HOST, send, startShim, type TestShim } from '../helpers/shim.ts'
import { agentFor, openTunnel } from '../helpers/tunnel.ts'

const loop = (timeoutEvalSeconds: number) => ({ loop: { guest: buildGuest('loop'), timeoutEvalSeconds } })

/** Sends a review through a tunnel of its own, and resolves when the shim works on it. */
async function startReview(test: TestShim, id: string): Promise<{ answer: Promise<Answer> }> {
  const agent = agentFor(await openTunnel({ ...test, host: HOST }))
  const headers = { 'content-type': 'application/json' }
  const answer = send({ agent, method: 'POST', path: `/validate/${id}`, headers }, admissionReview())
  answer.catch(() => {})
  while (!(await test.call('GET', '/metrics')).text.includes('gatehouse_evaluator_threads{state="busy"} 1'));
  return { answer }
}

/** Resolves when nobody new comes in. */
async function untilRefused(test: TestShim): Promise<void> {
  const isAnswered = () =>
    test.call('GET', '/livez').then(
      () => true,
      () => false,
    )
  while (await isAnswered());
}

t.test('a request in flight gets its verdict, on a connection that closes with it', async (t) => {
  await using test = await startShim(t, loop(1))
  const { answer } = await startReview(test, 'loop')
  const stopped = test.shim.stop()
  await untilRefused(test)
  const { status, headers, text } = await answer
  t.equal(status, 200)
  t.equal(headers.connection, 'close')
  t.match(JSON.parse(text), { response: { allowed: false } })
  t.equal(await stopped, 0, 'nothing was cut off')
})

t.test(
  'whoever is connected already and asks during the shutdown gets a verdict, and hears that it is the last',
  async (t) => {
    await using test = await startShim(t, { ...loop(1), accept: { guest: buildGuest('accept') } })
    const { answer } = await startReview(test, 'loop')
    const client = await connectRaw(test.socket)
    t.teardown(() => client.socket.destroy())
    // half a request, so that the connection is not idle when the shutdown begins
    const review = admissionReview()
    client.write('POST /validate/accept HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
    await test.call('GET', '/livez')
    const stopped = test.shim.stop()
    await untilRefused(test)
    client.write(`Content-Length: ${Buffer.byteLength(review)}\r\n\r\n${review}`)
    const verdict = await client.receive('"allowed":true')
    t.match(verdict, /^HTTP\/1\.1 200 /)
    t.match(verdict, /\r\nConnection: close\r\n/i)
    t.equal((await answer).status, 200)
    await stopped
  },
)

t.test('an impatient end cuts off what is in flight, and says how much', async (t) => {
  await using test = await startShim(t, loop(30))
  const { answer } = await startReview(test, 'loop')
  const impatience = new AbortController()
  const stopped = test.shim.stop(impatience.signal)
  impatience.abort()
  t.equal(await stopped, 1)
  await t.rejects(answer, { code: 'ECONNRESET' })
})

t.test('where others answer new connections, an idle one stays open for one more answer', async (t) => {
  const policies = { accept: { guest: buildGuest('accept') } }
  await using test = await startShim(t, policies, { lingerMs: 600_000, graceMs: 600_000 })
  const client = await connectRaw(test.socket)
  t.teardown(() => client.socket.destroy())
  client.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.receive('alive')
  const review = admissionReview()
  const ask = `POST /validate/accept HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${review.length}\r\n\r\n${review}`
  client.write(ask)
  await client.receive('"allowed":true')
  const stopped = test.shim.stop()
  await untilRefused(test)
  client.write(ask)
  t.match(await client.receiveAll(), /\r\nConnection: close\r\n[\s\S]*"allowed":true/i)
  t.equal(await stopped, 0, 'it ends when nobody is connected any more')
})

t.test('so does the end of the grace period', async (t) => {
  await using test = await startShim(t, loop(30), { graceMs: 50 })
  const { answer } = await startReview(test, 'loop')
  t.equal(await test.shim.stop(), 1)
  await t.rejects(answer, { code: 'ECONNRESET' })
})

t.test('idle connections do not hold a shutdown up, whatever they were for', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } })
  const tunnel = await openTunnel({ ...test, host: HOST })
  const plain = await connectRaw(test.socket)
  tunnel.resume()
  const ended = [once(tunnel, 'end'), plain.receiveAll()]
  t.equal(await test.shim.stop(), 0)
  await Promise.all(ended)
})

t.test('stopping twice is stopping once', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } })
  t.strictSame(await Promise.all([test.shim.stop(), test.shim.stop()]), [0, 0])
})

t.test('a client that sends half a request and waits does not hold the shutdown up for long', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } }, { graceMs: 100 })
  const outgoing = request({
    socketPath: test.socket,
    method: 'POST',
    path: '/validate/accept',
    headers: { 'content-type': 'application/json' },
  })
  outgoing.on('error', () => {})
  outgoing.write('{"request":')
  await once(outgoing, 'socket').then(([socket]) => once(socket, 'connect'))
  await test.shim.stop()
  outgoing.destroy()
  t.pass('it ended')
})
