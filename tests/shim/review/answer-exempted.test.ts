import { join } from 'node:path'
import t from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { entryPath } from '../../helpers/entries.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { readReadiness, reloadBy } from '../../helpers/reloads.ts'
import { startShim, type TestShim, writePolicies } from '../../helpers/shim.ts'

const REASON = 'ticket 1234'
const exemptions = [{ users: ['alice'], reason: REASON }]
const no = { guest: buildGuest('deny') }

async function review(test: TestShim, path: string, request: object = {}) {
  const { status, text } = await test.call('POST', path, admissionReview(request))
  return { status, ...JSON.parse(text).response }
}

t.test('an exempted request is allowed unasked; the audit log, the log and the metrics know', async (t) => {
  const until = '2999-12-31T00:00:00Z'
  await using test = await startShim(t, { no: { ...no, exemptions: [{ ...exemptions[0], until }] }, other: no })
  t.match(await review(test, '/validate/no'), {
    allowed: true,
    warnings: null,
    auditAnnotations: { exempted: `exempted from policy no until ${until}: ${REASON}` },
  })
  t.match(await review(test, '/validate/no', { userInfo: { username: 'bob' } }), { allowed: false })
  t.match(await review(test, '/validate/other'), { allowed: false }, 'other policies are asked')
  t.match(
    test.logged.find(({ message }) => message === 'allowed unasked: the request is exempted'),
    { level: 'info', policyId: 'no', userName: 'alice', kind: 'ConfigMap', name: 'settings', reason: REASON, until },
  )
  const { text: metrics } = await test.call('GET', '/metrics')
  t.match(metrics, 'gatehouse_exempted_reviews_total{policy_name="no"} 1')
  t.notMatch(metrics, 'gatehouse_exempted_reviews_total{policy_name="other"}')
  const [policy] = await askShim(test.adminSocket, 'GET /policies')
  t.match(policy?.traffic, { exempted: 1, denied: 1, disabled: 0 }, 'and so does `gatehouse top`')
})

t.test('an audit looks at everything, and a raw review knows nobody', async (t) => {
  await using test = await startShim(t, { no: { ...no, exemptions } })
  t.match(await review(test, '/audit/no'), { allowed: false })
  t.match(await review(test, '/validate_raw/no'), { allowed: false })
})

t.test('the guest of an exempted request does not run, and a policy that failed is not missed', async (t) => {
  await using test = await startShim(t, {
    loop: { guest: buildGuest('loop'), timeoutEvalSeconds: 30, exemptions },
    broken: { guest: Buffer.from('no module'), exemptions },
  })
  t.match(await review(test, '/validate/loop'), { status: 200, allowed: true })
  t.match(await review(test, '/validate/broken'), { status: 200, allowed: true })
  const bob = { userInfo: { username: 'bob' } }
  t.equal((await test.call('POST', '/validate/broken', admissionReview(bob))).status, 503)
})

t.test(
  'an exemption that is added, expired or removed is in force at once, without loading the module again',
  async (t) => {
    await using test = await startShim(t, { no })
    const loads = () => test.logged.filter(({ message }) => message === 'policy loaded').length
    t.equal(loads(), 1)
    t.match(await review(test, '/validate/no'), { allowed: false })
    await reloadBy(test, () => writePolicies(test.folder, { no: { ...no, exemptions } }))
    t.match(await review(test, '/validate/no'), { allowed: true })

    const expired = [{ ...exemptions[0], until: '2020-01-01T00:00:00Z' }]
    await reloadBy(test, () => writePolicies(test.folder, { no: { ...no, exemptions: expired } }))
    t.match(await review(test, '/validate/no'), { allowed: false })
    t.match(
      test.logged.filter(({ level }) => level === 'warn'),
      [{ policyId: 'no', until: '2020-01-01T00:00:00Z', reason: REASON, message: /^an exemption has expired/ }],
    )
    t.match(await readReadiness(test), { policies: 1, failed: {}, outdated: {} }, 'an expired one is no failure')
    t.equal(loads(), 1)
  },
)

t.test('a policies file with a wrong exemption is refused as a whole, and the policies in force stay', async (t) => {
  await using test = await startShim(t, { no: { ...no, exemptions } })
  const change = () => writePolicies(test.folder, { no: { ...no, exemptions: [{ reason: 'all of it' }] } })
  await reloadBy(test, change, 'failure')
  t.match(
    (await readReadiness(test)).reloadError,
    `${join(test.folder, 'policies.yml')}:1: no.exemptions[0]: exempts every`,
  )
  t.match(await review(test, '/validate/no'), { allowed: true })
})

t.test('of the policies that share an entry only the one with the exemption is left out', async (t) => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const yes = { guest: buildGuest('accept'), rules }
  await using test = await startShim(t, { no: { ...no, rules, exemptions }, yes })
  const path = await entryPath(join(test.folder, 'policies.yml'))
  t.match(await review(test, path), {
    allowed: true,
    auditAnnotations: { 'no.exempted': `exempted from policy no: ${REASON}` },
  })
  t.match(await review(test, path, { userInfo: { username: 'bob' } }), { allowed: false })
})
