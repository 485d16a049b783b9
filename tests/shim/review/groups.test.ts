import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { entryPath } from '../../helpers/entries.ts'
import { buildAnsweringGuest, buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim } from '../../helpers/shim.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const YES = { guest: buildGuest('accept') }
const NO = { guest: buildGuest('deny') }
const TRAP = { guest: buildGuest('trap') }
const NO_WORDS = { guest: buildAnsweringGuest('{"valid":true,"accepted":false}') }
const ALLOWED = { response: { allowed: true } }

t.test(
  'a group with a member that could not be loaded denies, whatever its mode, and says which and why',
  async (t) => {
    const members = { a: YES, b: { guest: Buffer.from('nonsense') }, c: { guest: buildGuest('deny-settings') } }
    const group = { expression: 'a() || b() || c()', members }
    await using test = await startShim(t, { g: group, watched: { ...group, policyMode: 'monitor' } })
    for (const id of ['g', 'watched']) {
      const { status, text } = await test.call('POST', `/validate/${id}`, admissionReview())
      t.equal(status, 200)
      const message = new RegExp(
        `^policy group ${id} could not be loaded: member b: .*\\.b\\.wasm.*; member c: Policy settings are invalid: settings refused`,
      )
      t.match(JSON.parse(text), { response: { allowed: false, status: { code: 500, message } } })
    }
  },
)

t.test('a group is one policy for metrics, statistics, exemptions and the switch', async (t) => {
  const exemptions = [{ users: ['bob'], reason: 'he knows' }]
  await using test = await startShim(t, { g: { expression: 'a() || b()', members: { a: NO, b: NO }, exemptions } })
  const ask = async (fields = {}) => JSON.parse((await test.call('POST', '/validate/g', admissionReview(fields))).text)
  t.match(await ask(), { response: { allowed: false } })
  const { text: metrics } = await test.call('GET', '/metrics')
  t.match(metrics, /kubewarden_policy_evaluations_total\{policy_name="g",policy_mode="protect",accepted="false"/)
  t.notMatch(metrics, /policy_name="g\/a"/)
  const [report, ...others] = await askShim(test.adminSocket, 'GET /policies')
  t.match(report, {
    id: 'g',
    state: 'served',
    mutating: false,
    moduleDigest: undefined,
    members: [
      { name: 'a', moduleDigest: /^sha256:/ },
      { name: 'b', moduleDigest: /^sha256:/ },
    ],
    traffic: { denied: 1 },
  })
  t.strictSame(others, [])
  t.match(await ask({ userInfo: { username: 'bob' } }), ALLOWED)
  await askShim(test.adminSocket, 'POST /disable', { policyId: 'g', forMs: 60_000 })
  t.match(await ask(), ALLOWED)
})

t.test(
  'in a shared entry a group is one policy among others, and the decision log knows what its members said',
  async (t) => {
    const members = { a: NO, b: TRAP, c: NO_WORDS, d: YES }
    const policies = {
      g: { expression: '(a() || b() || c()) && d()', members, rules },
      h: { expression: 'a()', members: { a: YES }, rules },
      single: { ...NO, rules },
      watched: { expression: 'a()', members: { a: NO }, rules, policyMode: 'monitor' },
    }
    await using test = await startShim(t, policies, (folder) => ({
      decisionLog: { path: join(folder, 'decisions'), sample: 1 },
    }))
    const path = await entryPath(join(test.folder, 'policies.yml'))
    t.match(JSON.parse((await test.call('POST', path, admissionReview())).text), {
      response: {
        allowed: false,
        status: {
          message: 'policy g: denied by g; policy single: denied by the fixture',
          details: {
            causes: [
              { field: 'spec.policies.a', message: 'policy g: denied by the fixture' },
              { field: 'spec.policies.b', message: /^policy g: internal server error/ },
              { field: 'spec.policies.c' },
            ],
          },
        },
      },
    })
    await test.shim[Symbol.asyncDispose]()
    const { policies: decisions } = JSON.parse(readFileSync(join(test.folder, 'decisions'), 'utf8'))
    const cause = { field: 'spec.policies.a', reason: 'denied by the fixture' }
    const causes = [cause, { field: 'spec.policies.b' }, { field: 'spec.policies.c', reason: undefined }]
    t.match(decisions, [
      { id: 'g', allowed: false, reason: 'denied by g', causes },
      { id: 'h', allowed: true, causes: undefined },
      { id: 'single', allowed: false, causes: undefined },
      { id: 'watched', allowed: true, wouldDeny: true, causes: [cause] },
    ])
  },
)
