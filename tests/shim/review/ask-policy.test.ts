import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { AdmissionResponse } from '../../../evaluator/admission-response.ts'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { entryPath } from '../../helpers/entries.ts'
import { buildAnsweringGuest, buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim, type TestPolicies, type TestPolicy, type TestShim } from '../../helpers/shim.ts'

const UID = '705ab4f5-6393-11e8-b7cc-42010a800002'
const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]

const YES = { guest: buildGuest('accept') }
const NO = { guest: buildGuest('deny') }
const TRAP = { guest: buildGuest('trap') }
const LOOP = { guest: buildGuest('loop'), timeoutEvalSeconds: 1 }

const answering = (answer: object): TestPolicy => ({
  guest: buildAnsweringGuest(JSON.stringify({ valid: true, ...answer })),
})

/** A guest that accepts, and says on its console that it was asked. */
const TALKATIVE = {
  guest: buildGuestFrom(`(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (import "wapc" "__console_log" (func $log (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "{\\"accepted\\":true,\\"valid\\":true}asked")
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $log (i32.const 30) (i32.const 5))
      (call $respond (i32.const 0) (i32.const 30))
      (i32.const 1)))`),
}

const asGroup = (expression: string, members: Readonly<Record<string, TestPolicy>>, fields: object = {}) => ({
  expression,
  members,
  message: 'not like this',
  ...fields,
})

interface Answer {
  readonly kind?: string
  readonly apiVersion?: string
  readonly response: AdmissionResponse
}

/** What a group of these members answers. */
async function ask(
  t: Test,
  expression: string,
  members: Readonly<Record<string, TestPolicy>>,
  { fields = {}, path = '/validate/g', body = admissionReview() as Uint8Array | string } = {},
) {
  const test = await startShim(t, { g: asGroup(expression, members, fields) })
  t.teardown(() => test[Symbol.asyncDispose]())
  const { status, text } = await test.call('POST', path, body)
  return { status, test, ...(JSON.parse(text) as Answer) }
}

const said = ({ logged }: TestShim) => logged.filter(({ target }) => target === 'policy_log')

t.test("a denied request is told the group's message and every member that denied it", async (t) => {
  const { kind, apiVersion, response } = await ask(t, 'a() || b()', {
    a: NO,
    b: answering({ accepted: false, code: 403 }),
  })
  t.strictSame(
    { kind, apiVersion, response },
    {
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      response: {
        uid: UID,
        allowed: false,
        status: {
          message: 'not like this',
          details: {
            causes: [{ field: 'spec.policies.a', message: 'denied by the fixture' }, { field: 'spec.policies.b' }],
          },
        },
        auditAnnotations: null,
        warnings: null,
      },
    },
  )
})

t.test('an allowed one is told nothing, and nothing of it is changed', async (t) => {
  const talks = answering({ accepted: true, warnings: ['w'], audit_annotations: { a: 'b' }, message: 'fine' })
  const { response } = await ask(t, 'a() || b() || c()', { a: NO, b: { guest: buildGuest('mutate') }, c: talks })
  t.strictSame(response, { uid: UID, allowed: true, auditAnnotations: null, warnings: null })
})

t.test('who does not matter any more is not asked; what members log carries their names', async (t) => {
  const { test } = await ask(t, 'a() || b()', { a: TALKATIVE, b: TALKATIVE })
  t.strictSame(
    said(test).map(({ policyId, message }) => `${policyId}: ${message}`),
    ['g/a: asked', 'g/b: asked', 'g/a: asked'],
    'about their settings, and one about the request',
  )
})

t.test('a mutation inside of a group is a denial, even where the group would let mutating policies pass', async (t) => {
  const { response } = await ask(t, 'a()', { a: { guest: buildGuest('mutate') } })
  t.match(response, {
    allowed: false,
    patch: undefined,
    status: { details: { causes: [{ message: 'mutation is not allowed inside of policy group' }] } },
  })
})

t.test('each member has its own limit, and one that failed is a denial in its own words', async (t) => {
  const members = { trap: TRAP, slow: LOOP }
  const { response, test } = await ask(t, 'trap() || slow()', members)
  t.match(response.status, {
    message: 'not like this',
    code: undefined,
    details: {
      causes: [
        { field: 'spec.policies.trap', message: /^internal server error: / },
        {
          field: 'spec.policies.slow',
          message: 'Policy execution interrupted because it exceeded the allowed execution time',
        },
      ],
    },
  })
  t.match(
    test.logged.filter(({ message }) => message === 'a member of the group failed'),
    [
      { level: 'warn', policyId: 'g/trap', uid: UID },
      { level: 'warn', policyId: 'g/slow' },
    ],
  )
  t.equal((await ask(t, 'trap() || slow() || yes()', { ...members, yes: YES })).response.allowed, true)
  t.equal((await ask(t, '!trap()', { trap: TRAP })).response.allowed, false, 'its opposite lets nothing pass')
})

t.test('members have settings of their own', async (t) => {
  const echo = { guest: buildGuest('echo') }
  const members = { a: { ...echo, settings: { own: 1 } }, b: { ...echo, settings: { own: 2 } } }
  const { response } = await ask(t, 'a() || b()', members)
  t.match(response.status?.details?.causes, [
    { message: /"settings":\{"own":1\}/ },
    { message: /"settings":\{"own":2\}/ },
  ])
})

t.test('a group that only looks on allows everything, and audits are told its verdict', async (t) => {
  const fields = { policyMode: 'monitor' }
  const { response, test } = await ask(t, 'a()', { a: NO }, { fields })
  t.strictSame(response, { uid: UID, allowed: true, auditAnnotations: null, warnings: null })
  t.match(
    test.logged.find(({ message }) => message === 'policy evaluation (monitor mode)'),
    { policyId: 'g', response: { allowed: false, status: { message: 'not like this' } } },
  )
  t.match(JSON.parse((await test.call('POST', '/audit/g', admissionReview())).text), { response: { allowed: false } })
})

t.test('a group judges raw requests as well', async (t) => {
  const raw = { path: '/validate_raw/g', body: '{"request":{"user":"alice"}}' }
  t.strictSame((await ask(t, 'a() && b()', { a: YES, b: YES }, raw)).response, {
    ...{ uid: '', allowed: true, auditAnnotations: null, warnings: null },
  })
})

t.test('a member is no policy: it has no URL', async (t) => {
  const { test } = await ask(t, 'a()', { a: YES })
  t.equal((await test.call('POST', '/validate/g/a', admissionReview())).status, 404)
  const { status, text } = await test.call('POST', '/validate/g%2Fa', admissionReview())
  t.strictSame([status, JSON.parse(text)], [404, { message: 'unknown policy: g/a', status: 404 }])
})

t.test('a group with a member that could not be loaded denies, and says which and why', async (t) => {
  const broken = { guest: Buffer.from('nonsense') }
  const refusing = { guest: buildGuest('deny-settings') }
  for (const policyMode of ['protect', 'monitor']) {
    const { status, response } = await ask(
      t,
      'a() || b() || c()',
      { a: YES, b: broken, c: refusing },
      { fields: { policyMode } },
    )
    t.equal(status, 200)
    t.match(response, {
      allowed: false,
      status: {
        code: 500,
        message:
          /^policy group g could not be loaded: member b: .*g\.b\.wasm.*; member c: Policy settings are invalid: settings refused/,
      },
    })
  }
})

t.test('a request whose time is over is denied, not left to the failure policy', async (t) => {
  const slow = { ...LOOP, timeoutEvalSeconds: 10 }
  const { status, response } = await ask(
    t,
    'a() || b() || c()',
    { a: slow, b: YES, c: YES },
    { path: '/validate/g?timeout=1s' },
  )
  t.equal(status, 200)
  t.match(response.status?.details?.causes, [
    { field: 'spec.policies.a', message: /^Policy execution interrupted/ },
    {},
    {},
  ])
})

const ALLOWED = { response: { allowed: true } }

t.test('a group is one policy for metrics, statistics, exemptions and the switch', async (t) => {
  const exemptions = [{ users: ['bob'], reason: 'he knows' }]
  const { test } = await ask(t, 'a() || b()', { a: NO, b: NO }, { fields: { exemptions } })
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
  const bob = admissionReview({ userInfo: { username: 'bob' } })
  t.match(JSON.parse((await test.call('POST', '/validate/g', bob)).text), ALLOWED)
  await askShim(test.adminSocket, 'POST /disable', { policyId: 'g', forMs: 60_000 })
  t.match(JSON.parse((await test.call('POST', '/validate/g', admissionReview())).text), ALLOWED)
})

t.test('in a shared entry a group is one policy among others', async (t) => {
  const rules = CONFIG_MAPS
  const policies: TestPolicies = {
    g: asGroup('a() || b()', { a: NO, b: TRAP }, { rules }),
    h: asGroup('a()', { a: YES }, { rules }),
    single: { ...NO, rules },
  }
  await using test = await startShim(t, policies)
  const path = await entryPath(join(test.folder, 'policies.yml'))
  const { response } = JSON.parse((await test.call('POST', path, admissionReview())).text)
  t.match(response, {
    allowed: false,
    status: {
      message: 'policy g: not like this; policy single: denied by the fixture',
      details: {
        causes: [
          { field: 'spec.policies.a', message: 'policy g: denied by the fixture' },
          { field: 'spec.policies.b', message: /^policy g: internal server error/ },
        ],
      },
    },
  })
})
