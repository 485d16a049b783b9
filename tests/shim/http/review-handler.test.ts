import { connect } from 'node:net'
import t from 'tap'
import { buildAnsweringGuest, buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { connectRaw } from '../../helpers/raw-client.ts'
import { startShim } from '../../helpers/shim.ts'

const UID = '705ab4f5-6393-11e8-b7cc-42010a800002'
const MUTATING = '{"valid":true,"accepted":true,"mutated_object":{"data":{"colour":"red"}}}'

/** The `response` of a review that was answered with 200. */
function readResponse({ status, text }: { status: number; text: string }): object {
  if (status !== 200) throw new Error(`${status}: ${text}`)
  return JSON.parse(text).response
}

t.test('verdicts have the form of Kubewarden, at each endpoint', async (t) => {
  await using test = await startShim(t, {
    deny: { guest: buildGuest('deny') },
    accept: { guest: buildGuest('accept') },
  })
  const denied = await test.call('POST', '/validate/deny?timeout=10s', admissionReview())
  t.equal(denied.headers['content-type'], 'application/json')
  t.strictSame(JSON.parse(denied.text), {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    response: {
      uid: UID,
      allowed: false,
      status: { message: 'denied by the fixture' },
      auditAnnotations: null,
      warnings: null,
    },
  })
  const allowed = { uid: UID, allowed: true, auditAnnotations: null, warnings: null }
  t.strictSame(readResponse(await test.call('POST', '/audit/accept', admissionReview())), allowed)
  const raw = await test.call('POST', '/validate_raw/accept', '{"request":{"uid":"1","user":"alice"}}')
  t.strictSame(JSON.parse(raw.text), { response: { ...allowed, uid: '1' } }, 'the raw form has no kind and no version')
})

t.test('a guest that fails is a denial with code 500, and nobody else notices', async (t) => {
  const guests = ['trap', 'memory-bomb', 'stack-overflow', 'accept'] as const
  const policies = Object.fromEntries(guests.map((name) => [name, { guest: buildGuest(name) }]))
  await using test = await startShim(t, {
    ...policies,
    loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 1 },
    garbage: { guest: buildAnsweringGuest('{"valid":true}') },
  })
  const expected = {
    trap: /^internal server error: Guest call failure: .*unreachable/,
    loop: /^Policy execution interrupted because it exceeded the allowed execution time$/,
    'memory-bomb': /^internal server error: .*memory.*16 MiB/,
    garbage: /^internal server error: cannot deserialize policy validation response: /,
    'stack-overflow': /^internal server error: .*stack/,
  }
  const asked = Object.entries(expected).map(async ([id, message]) => {
    const response = readResponse(await test.call('POST', `/validate/${id}`, admissionReview()))
    t.match(response, { uid: UID, allowed: false, status: { code: 500, message } }, id)
  })
  for (let i = 0; i < 10; i++) {
    const response = readResponse(await test.call('POST', '/validate/accept', admissionReview()))
    t.match(response, { allowed: true })
  }
  await Promise.all(asked)
})

t.test('a timeout that is none is refused, and named', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } })
  t.match(await test.call('POST', '/validate/accept?timeout=abc', admissionReview()), {
    status: 400,
    text: /the timeout .*abc.* is not a duration/,
  })
})

t.test("the caller's timeout ends an evaluation before the policy's own does", async (t) => {
  await using test = await startShim(t, { loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 30 } })
  const response = readResponse(await test.call('POST', '/validate/loop?timeout=100ms', admissionReview()))
  t.match(response, { allowed: false, status: { code: 500, message: /exceeded the allowed execution time/ } })
})

t.test('modes decide what the API server is told, and audit is told what the policy said', async (t) => {
  await using test = await startShim(t, {
    watched: { guest: buildGuest('deny'), policyMode: 'monitor' },
    'watched-trap': { guest: buildGuest('trap'), policyMode: 'monitor' },
    worded: { guest: buildGuest('deny'), message: 'ask the platform team' },
    mutating: { guest: buildAnsweringGuest(MUTATING), allowedToMutate: true },
    overreaching: { guest: buildAnsweringGuest(MUTATING) },
  })
  const ask = async (path: string) => readResponse(await test.call('POST', path, admissionReview()))
  t.strictSame(await ask('/validate/watched'), { uid: UID, allowed: true, auditAnnotations: null, warnings: null })
  t.match(await ask('/validate/watched-trap'), { allowed: true })
  t.match(await ask('/audit/watched'), { allowed: false, status: { message: 'denied by the fixture' } })
  t.match(await ask('/validate/worded'), {
    allowed: false,
    status: { message: 'ask the platform team', details: { causes: [{ message: 'denied by the fixture' }] } },
  })
  t.match(await ask('/validate/mutating'), { allowed: true, patchType: 'JSONPatch', patch: String })
  t.match(await ask('/validate/overreaching'), { allowed: false, status: { message: /not allow mutations/ } })
})

t.test('policies that could not be loaded are answered for, one by one', async (t) => {
  await using test = await startShim(t, {
    accept: { guest: buildGuest('accept') },
    refused: { guest: buildGuest('deny-settings') },
    broken: { guest: Buffer.from('not a module') },
  })
  t.match(readResponse(await test.call('POST', '/validate/accept', admissionReview())), { allowed: true })
  t.match(readResponse(await test.call('POST', '/validate/refused', admissionReview())), {
    uid: UID,
    allowed: false,
    status: { code: 500, message: /^Policy settings are invalid: / },
  })
  const broken = await test.call('POST', '/validate/broken', admissionReview())
  t.equal(broken.status, 503)
  t.match(JSON.parse(broken.text), { status: 503, message: /^policy broken could not be loaded: / })
})

t.test('what is not a review gets the status that says why', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } })
  const text = { 'content-type': 'text/plain' }
  const cases: [status: number, message: RegExp, ...Parameters<typeof test.call>][] = [
    [404, /^unknown policy: other$/, 'POST', '/validate/other', admissionReview()],
    [404, /^not found$/, 'GET', '/'],
    [404, /^not found$/, 'POST', '/validate/accept/more', admissionReview()],
    [405, /^GET is not answered here; use POST$/, 'GET', '/validate/accept'],
    [405, /^POST is not answered here; use GET, HEAD$/, 'POST', '/metrics'],
    [415, /^the Content-Type is "text\/plain"; it must be application\/json$/, 'POST', '/validate/accept', 'x', text],
    [400, /^the request is not JSON: /, 'POST', '/validate/accept', '{"request":'],
    [400, /^the request is not JSON: /, 'POST', '/validate/accept', ''],
    [404, /^unknown policy: other$/, 'POST', '/audit/other', admissionReview()],
    [404, /^unknown policy: other$/, 'POST', '/validate_raw/other', '{"request":1}'],
    [422, /^request: is missing$/, 'POST', '/validate/accept', '{}'],
    [422, /request\.uid: is missing/, 'POST', '/validate/accept', '{"request":{}}'],
  ]
  for (const [status, message, ...call] of cases) {
    const answer = await test.call(...call)
    const title = call.slice(0, 3).join(' ')
    t.equal(answer.status, status, title)
    t.match(JSON.parse(answer.text), { status, message }, title)
    t.notOk('retry-after' in answer.headers, 'the API server would ask again and again')
  }
  const { headers } = await test.call('GET', '/validate/accept')
  t.equal(headers.allow, 'POST')
})

t.test('audits and raw reviews are told in plain text what is wrong with their body, as Kubewarden does', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } })
  const cases: [status: number, text: RegExp, ...Parameters<typeof test.call>][] = [
    [400, /^the request is not JSON: /, 'POST', '/audit/accept', ''],
    [400, /^the request is not JSON: /, 'POST', '/validate_raw/accept', '{"request":'],
    [415, /^the Content-Type is "text\/plain"/, 'POST', '/audit/accept', 'x', { 'content-type': 'text/plain' }],
    [422, /request\.uid: is missing/, 'POST', '/audit/accept', '{"request":{}}'],
    [422, /^request: is missing$/, 'POST', '/validate_raw/accept', '{"raw":1}'],
  ]
  for (const [status, text, ...call] of cases) {
    const answer = await test.call(...call)
    const title = call.slice(0, 3).join(' ')
    t.match(answer, { status, text, headers: { 'content-type': 'text/plain; charset=utf-8' } }, title)
  }
})

t.test('formats that are built on JSON are JSON', async (t) => {
  await using test = await startShim(t, { accept: { guest: buildGuest('accept') } })
  for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/vnd.x+json']) {
    const { status } = await test.call('POST', '/validate/accept', admissionReview(), { 'content-type': type })
    t.equal(status, 200, type)
  }
})

t.test('a body of 16 MiB is taken, a longer one is refused unread', async (t) => {
  await using test = await startShim(
    t,
    { accept: { guest: buildGuest('accept'), timeoutEvalSeconds: 30 } },
    { memoryLimitBytes: 64 * 1024 * 1024 },
  )
  const limit = 16 * 1024 * 1024
  const review = admissionReview()
  const padded = Buffer.concat([review, Buffer.alloc(limit - review.length, ' ')])
  t.equal((await test.call('POST', '/validate/accept', padded)).status, 200)

  const announced = await connectRaw(test.socket)
  announced.write(
    `POST /validate/accept HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${limit + 1}\r\n\r\n`,
  )
  t.match(await announced.receiveAll(), /^HTTP\/1\.1 413 /, 'before a byte of it was sent')
  announced.socket.destroy()

  const streamed = await connectRaw(test.socket)
  t.teardown(() => streamed.socket.destroy())
  streamed.socket.on('error', () => {}) // the shim has hung up while we still write
  streamed.write(
    'POST /validate/accept HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const chunk = Buffer.alloc(1024 * 1024, ' ')
  for (let i = 0; i < 17; i++)
    streamed.socket.write(Buffer.concat([Buffer.from('100000\r\n'), chunk, Buffer.from('\r\n')]))
  t.match(await streamed.receive('"status":413'), /^HTTP\/1\.1 413 /, 'as soon as it was too long')
  t.match(readResponse(await test.call('POST', '/validate/accept', review)), { allowed: true }, 'and the shim lives on')
})

t.test('when all threads are busy and the queue is full, failurePolicy decides', async (t) => {
  await using test = await startShim(
    t,
    { loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 1 } },
    { workers: 1, queue: 1 },
  )
  const asked = Array.from({ length: 4 }, () => test.call('POST', '/validate/loop', admissionReview()))
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  t.strictSame(statuses.sort(), [200, 200, 503, 503])
})

t.test('a client that goes away gives its thread back', async (t) => {
  const policies = {
    loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 30 },
    accept: { guest: buildGuest('accept') },
  }
  await using test = await startShim(t, policies, { workers: 1 })
  const body = admissionReview()
  const socket = connect(test.socket)
  socket.write(
    `POST /validate/loop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  )
  socket.write(body)
  const isBusy = async () =>
    (await test.call('GET', '/metrics')).text.includes('gatehouse_evaluator_threads{state="busy"} 1')
  while (!(await isBusy()));
  socket.destroy()
  t.match(readResponse(await test.call('POST', '/validate/accept', body)), { allowed: true })
  t.match((await test.call('GET', '/metrics')).text, 'gatehouse_evaluator_threads_ended_total{reason="cancelled"} 1')
})
