import { join } from 'node:path'
import t from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { entryPath } from '../../helpers/entries.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { reloadBy, replaceFile } from '../../helpers/reloads.ts'
import { startShim, type TestShim } from '../../helpers/shim.ts'

const no = { guest: buildGuest('deny') }

async function review(test: TestShim, id: string, origin = 'validate') {
  const { status, text } = await test.call('POST', `/${origin}/${id}`, admissionReview())
  return { status, ...JSON.parse(text).response }
}

const disable = (test: TestShim, policyId?: string, forMs = 600_000) =>
  askShim(test.adminSocket, 'POST /disable', { forMs, ...(policyId === undefined ? {} : { policyId }) })

const enable = (test: TestShim, policyId?: string) =>
  askShim(test.adminSocket, 'POST /enable', policyId === undefined ? {} : { policyId })

t.test(
  'a disabled policy lets requests through unasked, and says so to the sender, the audit log and ours',
  async (t) => {
    await using test = await startShim(t, { no, other: no })
    const { until } = await disable(test, 'no')
    const text = `policy no is disabled by hand until ${until}; it was not asked`
    t.match(await review(test, 'no'), { allowed: true, warnings: [text], auditAnnotations: { disabled: text } })
    t.match(await review(test, 'other'), { allowed: false }, 'nobody else is')
    t.match(
      test.logged.filter(({ level }) => level === 'warn'),
      [{ message: 'disabled by hand: requests are allowed unasked', policyId: 'no', until }],
    )
    t.match(
      test.logged.find(({ message }) => message === 'allowed unasked: the policy is disabled'),
      { level: 'info', policyId: 'no', kind: 'ConfigMap', name: 'settings' },
    )
    const { text: metrics } = await test.call('GET', '/metrics')
    t.match(metrics, 'gatehouse_policy_disabled{policy_name="no"} 1')
    t.match(metrics, 'gatehouse_disabled_reviews_total{policy_name="no"} 1')
    t.notMatch(metrics, 'gatehouse_policy_disabled{policy_name="other"}')
  },
)

t.test('the guest of a disabled policy does not run', async (t) => {
  await using test = await startShim(t, { loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 30 } })
  await disable(test, 'loop')
  t.match(await review(test, 'loop'), { allowed: true })
  t.match(await review(test, 'loop', 'audit'), { allowed: true })
  t.match(await askShim(test.adminSocket, 'GET /policies'), [{ traffic: { allowed: 0, errors: 0, disabled: 2 } }])
})

t.test(
  'it holds for policies that share a webhook entry, each for itself, whatever becomes of their conditions',
  async (t) => {
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
    const matchConditions = [{ name: 'a', expression: 'object.spec.replicas > 1' }]
    await using test = await startShim(t, { no: { ...no, rules }, unclear: { ...no, rules, matchConditions } })
    const path = await entryPath(join(test.folder, 'policies.yml'))
    const ask = async () => JSON.parse((await test.call('POST', path, admissionReview())).text).response
    t.match(await ask(), { allowed: false, status: { message: /^policy unclear: / } }, 'then nobody is called')
    await disable(test, 'unclear')
    t.match(await ask(), {
      allowed: false,
      status: { message: /^policy no: / },
      warnings: [/^policy unclear is disabled/],
    })
    await disable(test, 'no')
    t.match(await ask(), {
      allowed: true,
      warnings: [/^policy no is disabled/, /^policy unclear is disabled/],
      auditAnnotations: { 'no.disabled': /^policy no is disabled/, 'unclear.disabled': /^policy unclear is disabled/ },
    })
  },
)

t.test('it holds for policies that failed, which lock a cluster just as well', async (t) => {
  await using test = await startShim(t, { broken: { guest: Buffer.from('no module') } })
  t.equal((await test.call('POST', '/validate/broken', admissionReview())).status, 503)
  await disable(test, 'broken')
  t.match(await review(test, 'broken'), { status: 200, allowed: true })
})

t.test('without a name it holds for all policies, those that are added meanwhile among them', async (t) => {
  await using test = await startShim(t, { no })
  await disable(test)
  const path = join(test.folder, 'policies.yml')
  const module = './no.wasm'
  await reloadBy(test, () => replaceFile(path, JSON.stringify({ no: { module }, late: { module } })))
  for (const id of ['no', 'late']) t.match(await review(test, id), { allowed: true }, id)
  t.match(await askShim(test.adminSocket, 'GET /policies'), [{ state: 'disabled' }, { state: 'disabled' }])
})

t.test('a reload leaves it as it is, whatever becomes of the policy', async (t) => {
  await using test = await startShim(t, { no })
  await disable(test, 'no')
  await reloadBy(test, () => replaceFile(join(test.folder, 'no.wasm'), buildGuest('deny-settings')), 'partial')
  t.match(await review(test, 'no'), { allowed: true })
})

t.test('it ends by itself, and says so', async (t) => {
  await using test = await startShim(t, { no })
  await disable(test, 'no', 1000)
  while (!test.logged.some(({ reason }) => reason === 'its time is up')) await review(test, 'no')
  t.match(await review(test, 'no'), { allowed: false })
  t.match(
    test.logged.findLast(({ level }) => level === 'warn'),
    { policyId: 'no', message: /^no longer disabled/ },
  )
  t.strictSame((await askShim(test.adminSocket, 'GET /status')).disabled, [])
})

t.test('the operator can end it early, once', async (t) => {
  await using test = await startShim(t, { no })
  await disable(test, 'no')
  t.strictSame(await enable(test, 'no'), { ended: true })
  t.match(await review(test, 'no'), { allowed: false })
  t.strictSame(await enable(test, 'no'), { ended: false })
  t.match(
    test.logged.findLast(({ level }) => level === 'warn'),
    { policyId: 'no', reason: 'enabled by hand' },
  )
})

t.test('a later disable replaces the end of the one before', async (t) => {
  await using test = await startShim(t, { no })
  await disable(test, 'no', 1000)
  const { until } = await disable(test, 'no')
  t.match((await askShim(test.adminSocket, 'GET /status')).disabled, [{ policyId: 'no', until }])
})

t.test('one of all that are disabled cannot be enabled alone', async (t) => {
  await using test = await startShim(t, { no })
  await disable(test)
  await t.rejects(enable(test, 'no'), {
    code: 'ERR_ADMIN_REQUEST',
    message: 'policy no is disabled with all the others',
  })
  t.strictSame(await enable(test), { ended: true })
  t.match(await review(test, 'no'), { allowed: false })
})

t.test('a policy that is not there is refused with those that are', async (t) => {
  await using test = await startShim(t, { no, other: no })
  const refusal = {
    code: 'ERR_POLICY_UNKNOWN',
    message: 'there is no policy "nope"',
    hint: 'The policies are no, other.',
  }
  await t.rejects(disable(test, 'nope'), refusal)
  await t.rejects(enable(test, 'nope'), refusal)
})
