import { join } from 'node:path'
import t from 'tap'
import { entryPath } from '../../helpers/entries.ts'
import { startFramedShim } from '../../helpers/framed-shim.ts'
import { buildAnsweringGuest, buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]

const POLICIES = {
  accept: { guest: buildGuest('accept') },
  deny: { guest: buildGuest('deny') },
  trap: { guest: buildGuest('trap') },
  loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 1 },
  mutate: {
    guest: buildAnsweringGuest('{"valid":true,"accepted":true,"mutated_object":{"data":{"colour":"räd"}}}'),
    allowedToMutate: true,
  },
  watched: { guest: buildGuest('deny'), policyMode: 'monitor' },
  broken: { guest: Buffer.from('nonsense') },
}

t.test('each policy answers in frames what it answers by HTTP, to the byte', async (t) => {
  await using test = await startFramedShim(t, POLICIES)
  using client = await test.connect()
  for (const id of [...Object.keys(POLICIES), 'unknown']) {
    const http = await test.shim.call('POST', `/validate/${id}?timeout=10s`, admissionReview())
    const [part, ...others] = await client.ask([id], admissionReview())
    const text = http.status === 200 ? http.text : JSON.parse(http.text).message
    t.strictSame(part, { status: http.status, text }, id)
    t.strictSame(others, [])
  }
})

t.test(
  'several policies are asked about one object at once, and each has its own answer in the same place',
  async (t) => {
    await using test = await startFramedShim(t, POLICIES)
    using client = await test.connect()
    const names = ['deny', 'unknown', 'loop', 'accept', 'broken', 'deny']
    const parts = await client.ask(names, admissionReview())
    t.strictSame(
      parts.map(({ status }) => status),
      [200, 404, 200, 200, 503, 200],
    )
    const allowed = parts.map(({ status, text }) => (status === 200 ? JSON.parse(text).response.allowed : undefined))
    t.strictSame(allowed, [false, undefined, false, true, undefined, false])
    const { text: metrics } = await test.shim.call('GET', '/metrics')
    t.match(metrics, /kubewarden_policy_evaluations_total\{policy_name="deny"[^}]*\} 2\n/)
  },
)

t.test('an entry that policies share is asked by the name of its set', async (t) => {
  const { accept, deny } = POLICIES
  await using test = await startFramedShim(t, { accept: { ...accept, rules }, deny: { ...deny, rules } })
  using client = await test.connect()
  const path = await entryPath(join(test.shim.folder, 'policies.yml'))
  const [, , digest = '', entry = ''] = path.split('/')
  const http = await test.shim.call('POST', path, admissionReview())
  t.equal(http.status, 200)
  const ask = (names: string[]) => client.ask(names, admissionReview(), { kind: 'entry' })
  t.strictSame(await ask([digest, entry]), [{ status: 200, text: http.text }])
  t.match(await ask(['0'.repeat(32), entry]), [{ status: 503, text: /^the policy set 0+ is not here/ }])
  t.match(await ask([digest, 'nothing']), [{ status: 503, text: /has no entry nothing/ }])
})

t.test('a body that is no AdmissionReview is said to be none, and the connection goes on', async (t) => {
  await using test = await startFramedShim(t, POLICIES)
  using client = await test.connect()
  t.match(await client.ask(['accept'], 'nonsense'), [{ status: 400, text: /not JSON/ }])
  t.match(await client.ask(['accept', 'deny'], '{}'), [{ status: 422 }, { status: 422 }])
  t.match(await client.ask(['accept'], Buffer.alloc(16 * 1024 * 1024 + 1, ' ')), [{ status: 413, text: /16 MiB/ }])
  t.match(await client.ask(['accept'], admissionReview()), [{ status: 200 }])
  t.ok(test.shim.logged.some(({ asked, status }) => asked === 'accept' && status === 400))
})

t.test('the time that the caller waits is the time that a policy has', async (t) => {
  await using test = await startFramedShim(t, { loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 1000 } })
  using client = await test.connect()
  const [part] = await client.ask(['loop'], admissionReview(), { timeoutMs: 500 })
  t.match(part, { status: 200, text: /exceeded the allowed execution time/ })
})

t.test('a full queue is answered 503, for failurePolicy to decide', async (t) => {
  const policies = { loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 1 } }
  await using test = await startFramedShim(t, policies, { workers: 1, queue: 0 })
  using client = await test.connect()
  const statuses = (await Promise.all([1, 2, 3].map(() => client.ask(['loop'], admissionReview())))).map(
    ([part]) => part?.status,
  )
  t.ok(statuses.includes(200))
  t.ok(statuses.includes(503))
})

t.test('an answer that the client does not take is said to be too large', async (t) => {
  const huge = 'x'.repeat(100_000)
  const guest = buildAnsweringGuest(`{"valid":true,"accepted":false,"message":"${huge}"}`)
  await using test = await startFramedShim(t, { huge: { guest } })
  using client = await test.connect(65_536)
  t.strictSame(await client.ask(['huge'], admissionReview()), [
    { status: 500, text: 'the answer is larger than the client takes' },
  ])
})
