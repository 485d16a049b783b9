import { stat } from 'node:fs/promises'
import t from 'tap'
import { writeHello } from '../../../shim/framed/write-frames.ts'
import { connectFramed, frameOf, writeRequest } from '../../helpers/framed-client.ts'
import { type FramedShim, startFramedShim } from '../../helpers/framed-shim.ts'
import { buildAnsweringGuest, buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { until } from '../../helpers/until.ts'

const ACCEPT = { accept: { guest: buildGuest('accept') } }
const ENDLESS = { loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 1000 } }
const NOT_PROTOCOL = 'a framed connection was closed: it does not keep to the protocol'

const isBusy = async ({ shim }: FramedShim, count: number) =>
  (await shim.call('GET', '/metrics')).text.includes(`gatehouse_evaluator_threads{state="busy"} ${count}`)

t.test('the socket is for its owner alone', async (t) => {
  await using test = await startFramedShim(t, ACCEPT)
  t.equal((await stat(test.path)).mode & 0o777, 0o600)
  t.ok(test.shim.shim.addresses.includes(test.path))
})

t.test('requests on one connection do not wait for each other', async (t) => {
  await using test = await startFramedShim(t, { ...ACCEPT, ...ENDLESS })
  using client = await test.connect()
  const late = client.ask(['loop'], admissionReview(), { timeoutMs: 3000 })
  const quick = await Promise.all(Array.from({ length: 300 }, () => client.ask(['accept'], admissionReview())))
  t.ok(quick.every(([part]) => part?.status === 200))
  t.match(await late, [{ text: /exceeded the allowed execution time/ }])
})

t.test('what is cancelled ends its thread, and is not answered; others are', async (t) => {
  await using test = await startFramedShim(t, { ...ACCEPT, ...ENDLESS })
  using client = await test.connect()
  let isAnswered = false
  void client.ask(['loop'], admissionReview(), { id: 7 }).then(
    () => (isAnswered = true),
    () => {},
  )
  await until(() => isBusy(test, 1))
  client.cancel(7)
  client.cancel(7)
  client.cancel(99)
  await until(() => isBusy(test, 0))
  t.match(await client.ask(['accept'], admissionReview()), [{ status: 200 }])
  t.match((await test.shim.call('GET', '/metrics')).text, /threads_ended_total\{reason="cancelled"\} 1/)
  t.notOk(isAnswered)
})

t.test('a client that leaves takes its requests with it, and nothing of anybody else', async (t) => {
  await using test = await startFramedShim(t, { ...ACCEPT, ...ENDLESS })
  using leaving = await test.connect()
  using staying = await test.connect()
  void leaving.ask(['loop'], admissionReview())
  await until(() => isBusy(test, 1))
  leaving.socket.end()
  await until(() => isBusy(test, 0))
  t.match(await staying.ask(['accept'], admissionReview()), [{ status: 200 }])
})

t.test('more requests than may be under way are all answered, as fast as the client reads', async (t) => {
  const guest = buildAnsweringGuest(`{"valid":true,"accepted":false,"message":"${'x'.repeat(1000)}"}`)
  await using test = await startFramedShim(t, { talkative: { guest } })
  using client = await test.connect()
  client.socket.pause()
  const asked = Array.from({ length: 6000 }, () => client.ask(['talkative'], admissionReview()))
  using other = await test.connect()
  t.match(await other.ask(['talkative'], admissionReview()), [{ status: 200 }], 'others are answered meanwhile')
  client.socket.resume()
  const answers = await Promise.all(asked)
  t.ok(answers.every(([part]) => part?.status === 200))
})

const hello = writeHello()
const request = (id: number) => writeRequest(id, ['accept'], admissionReview())
const BAD: Readonly<Record<string, readonly [Buffer, number, RegExp]>> = {
  HTTP: [Buffer.from('POST /validate/accept HTTP/1.1\r\n\r\n'), 3, /a frame of \d+ bytes is announced; 64 are allowed/],
  'a request before a hello': [frameOf(Buffer.from('\x02aaaaaaaaaaaa')), 1, /does not begin with a hello/],
  'a version before the first': [writeHello(0), 2, /no version from 1 to 1/],
  'a second hello': [Buffer.concat([hello, hello]), 1, /type 1 is none/],
  'an unknown type': [Buffer.concat([hello, frameOf(Buffer.of(9))]), 1, /type 9 is none/],
  'an empty frame': [Buffer.concat([hello, Buffer.alloc(4)]), 1, /a frame is empty/],
  'too long a frame': [Buffer.concat([hello, Buffer.of(2, 0, 0, 0)]), 3, /a frame of 33554432 bytes/],
  'an id again': [Buffer.concat([hello, request(5), request(5)]), 1, /request 5 follows 5/],
  'the last id': [Buffer.concat([hello, request(0xffff_ffff)]), 1, /an id that none may have/],
  'a short cancel': [Buffer.concat([hello, frameOf(Buffer.of(4, 0))]), 1, /cancel has not its length/],
}

t.test('who does not keep to the protocol is told why and left; others notice nothing', async (t) => {
  await using test = await startFramedShim(t, ACCEPT)
  using good = await test.connect()
  for (const [what, [bytes, reason, text]] of Object.entries(BAD)) {
    using bad = await connectFramed(test.path, bytes)
    await bad.ended
    t.match(bad.goodbyes, [{ reason, text }], what)
    t.ok(
      test.shim.logged.some(({ message, error }) => message === NOT_PROTOCOL && text.test(String(error))),
      `${what} is logged`,
    )
    t.match(await good.ask(['accept'], admissionReview()), [{ status: 200 }])
  }
})

t.test('half a frame and an end is a client that left, and said so in the log', async (t) => {
  await using test = await startFramedShim(t, ACCEPT)
  using client = await test.connect()
  client.socket.end(request(1).subarray(0, 50))
  await client.ended
  t.ok(test.shim.logged.some(({ error }) => error === 'the other end left in the middle of a frame'))
})

t.test('clients beyond the limit are refused', async (t) => {
  await using test = await startFramedShim(t, ACCEPT)
  const clients = await Promise.all(Array.from({ length: 64 }, () => test.connect()))
  using refused = await connectFramed(test.path)
  await refused.ended
  t.ok(test.shim.logged.some(({ message }) => /a framed connection was refused/.test(String(message))))
  t.match(await clients[0]?.ask(['accept'], admissionReview()), [{ status: 200 }])
})

t.test('who begins something and does not end it is left; who is silent between frames is not', async (t) => {
  await using test = await startFramedShim(t, ACCEPT, { times: { helloMs: 300, frameMs: 300, checkMs: 20 } })
  using silent = await test.connect()
  await silent.ask(['accept'], admissionReview())
  using mute = await connectFramed(test.path, Buffer.alloc(0))
  await mute.ended
  t.match(mute.goodbyes, [{ reason: 4, text: 'no hello came' }])
  using half = await test.connect()
  half.socket.write(request(1).subarray(0, 50))
  await half.ended
  t.match(half.goodbyes, [{ reason: 4, text: 'the rest of a frame did not come' }])
  t.match(await silent.ask(['accept'], admissionReview()), [{ status: 200 }])
})
