import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { send, startShim } from '../../helpers/shim.ts'

const POLICIES = { yes: { guest: buildGuest('accept') }, no: { guest: buildGuest('deny'), policyMode: 'monitor' } }

t.test('only the user of the shim can connect to the admin socket', async (t) => {
  await using test = await startShim(t, POLICIES)
  t.equal(((await stat(test.adminSocket)).mode & 0o777).toString(8), '600')
  t.equal(((await stat(test.socket)).mode & 0o777).toString(8), '660', 'unlike the socket beside it')
})

t.test('nothing of the admin socket is answered on the socket, and nothing of the socket on it', async (t) => {
  await using test = await startShim(t, POLICIES)
  for (const path of ['/status', '/policies']) t.equal((await test.call('GET', path)).status, 404, path)
  for (const path of ['/disable', '/enable'])
    t.equal((await test.call('POST', path, '{"forMs":1000}')).status, 404, path)
  const ask = (method: string, path: string, body?: Uint8Array) =>
    send({ socketPath: test.adminSocket, method, path }, body)
  t.equal((await ask('POST', '/validate/yes', admissionReview())).status, 404)
  t.equal((await ask('GET', '/metrics')).status, 404)
  t.equal((await ask('GET', '/disable')).status, 404)
})

t.test('the status says what runs where, and what is wrong', async (t) => {
  await using test = await startShim(t, { ...POLICIES, broken: { guest: Buffer.from('no module') } })
  const status = await askShim(test.adminSocket, 'GET /status')
  t.match(status, {
    pid: process.pid,
    readiness: 'ready',
    addresses: [test.socket],
    adminSocket: test.adminSocket,
    policies: { source: join(test.folder, 'policies.yml'), total: 3, served: 2 },
    failed: { broken: /.+/ },
    outdated: {},
    certificate: { hosts: ['admission.gatehouse.internal'], notAfter: /^20/ },
    pool: { workers: 2, queueLimit: 100, busy: 0 },
    disabled: [],
  })
  t.equal(status.lastReload.refusal, undefined)
})

t.test('the status names the set in force, and the webhook entries with what keeps them apart', async (t) => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const policy = { guest: buildGuest('accept'), rules }
  const unregistered = { guest: buildGuest('accept') }
  await using test = await startShim(t, {
    a: policy,
    b: { ...policy, failurePolicy: 'Ignore' },
    c: policy,
    unregistered,
  })
  const { registration } = await askShim(test.adminSocket, 'GET /status')
  t.match(registration, { digest: /^[0-9a-f]{32}$/, answered: [registration.digest] })
  t.strictSame(registration.entries, [
    { name: 'validate-1', phase: 'validating', members: ['a', 'c'], apart: [] },
    {
      name: 'validate-2',
      phase: 'validating',
      members: ['b'],
      apart: [{ from: 'validate-1', because: 'failurePolicy is Ignore' }],
    },
  ])
  const policies = await askShim(test.adminSocket, 'GET /policies')
  t.strictSame(
    policies.map(({ id, entry }) => [id, entry]),
    [
      ['a', 'validate-1'],
      ['b', 'validate-2'],
      ['c', 'validate-1'],
      ['unregistered', undefined],
    ],
  )
})

t.test('policies are told with what they decided themselves, times and the last error', async (t) => {
  const trap = { guest: buildGuest('trap') }
  await using test = await startShim(t, { ...POLICIES, trap })
  for (const id of ['yes', 'no', 'trap', 'yes']) await test.call('POST', `/validate/${id}`, admissionReview())
  const [no, bad, yes] = await askShim(test.adminSocket, 'GET /policies')
  t.match(yes, {
    id: 'yes',
    state: 'served',
    mode: 'protect',
    mutating: false,
    moduleDigest: /^sha256:[0-9a-f]{64}$/,
    traffic: { allowed: 2, denied: 0, errors: 0, latencyMicros: { p50: Number, p99: Number, max: Number } },
  })
  t.match(no, { id: 'no', mode: 'monitor', traffic: { allowed: 0, denied: 1, errors: 0 } })
  t.match(bad, { id: 'trap', traffic: { errors: 1, lastError: { at: /^20/, message: /.+/ } } })
})

t.test('a request that is none is refused with what is wrong', async (t) => {
  await using test = await startShim(t, POLICIES)
  const post = async (body: string) => {
    const answer = await send({ socketPath: test.adminSocket, method: 'POST', path: '/disable' }, body)
    return [answer.status, JSON.parse(answer.text).message]
  }
  t.strictSame(await post('{'), [400, 'the request is not JSON'])
  t.strictSame(await post('{"forMs":0}'), [422, 'forMs is 0; must be from 1 s to 24 h'])
  t.strictSame(await post('{"forMs":86400001}'), [422, 'forMs is 86400001; must be from 1 s to 24 h'])
  t.strictSame(await post('{"forMs":1000,"policyId":7}'), [422, 'policyId is 7; must be a string'])
})

t.test('no shim, no socket: the error says where it was looked for, and how to name another', async (t) => {
  const test = await startShim(t, POLICIES)
  await test.shim.stop()
  await t.rejects(askShim(test.adminSocket, 'GET /status'), {
    code: 'ERR_ADMIN_UNREACHABLE',
    message: `${test.adminSocket}: no shim listens there: the socket does not exist`,
    hint: /--admin-socket/,
  })
})

t.test('the socket of the API server is no admin socket', async (t) => {
  await using test = await startShim(t, POLICIES)
  await t.rejects(askShim(test.socket, 'GET /status'), { code: 'ERR_ADMIN_REQUEST', message: /not found/ })
})
