import t from 'tap'
import type { AdmissionResponse } from '../../../evaluator/admission-response.ts'
import { buildAnsweringGuest, buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { buildOpaGuest } from '../../helpers/opa-guest.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim, type TestPolicy } from '../../helpers/shim.ts'

const UID = '705ab4f5-6393-11e8-b7cc-42010a800002'

const YES = { guest: buildGuest('accept') }
const NO = { guest: buildGuest('deny') }
const TRAP = { guest: buildGuest('trap') }
const ECHO = { guest: buildGuest('echo') }
const MUTATE = { guest: buildGuest('mutate') }
const loop = (timeoutEvalSeconds: number) => ({ guest: buildGuest('loop'), timeoutEvalSeconds })
const answering = (answer: object) => ({ guest: buildAnsweringGuest(JSON.stringify({ valid: true, ...answer })) })

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

const test = await startShim(t, {
  denying: asGroup('a() || b()', { a: NO, b: answering({ accepted: false, code: 403 }) }),
  lenient: asGroup('a() || b() || c()', {
    a: NO,
    b: MUTATE,
    c: answering({ accepted: true, warnings: ['w'], audit_annotations: { a: 'b' }, message: 'fine' }),
  }),
  lazy: asGroup('a() || b()', { a: TALKATIVE, b: TALKATIVE }),
  mutating: asGroup('a()', { a: MUTATE }),
  failing: asGroup('trap() || slow()', { trap: TRAP, slow: loop(1) }),
  opposite: asGroup('!trap()', { trap: TRAP }),
  echoing: asGroup('a() || b()', { a: { ...ECHO, settings: { own: 1 } }, b: { ...ECHO, settings: { own: 2 } } }),
  watched: asGroup('a()', { a: NO }, { policyMode: 'monitor' }),
  raw: asGroup('a() && b()', { a: YES, b: YES }),
  rego: asGroup('a()', { a: { guest: buildOpaGuest({ executionMode: 'gatekeeper', result: '[{"result":[]}]' }) } }),
  late: asGroup('a() || b() || c()', { a: loop(10), b: YES, c: YES }),
})
t.teardown(() => test[Symbol.asyncDispose]())

async function ask(path: string, body: Uint8Array | string = admissionReview()) {
  const { status, text } = await test.call('POST', path, body)
  const { response, ...review } = JSON.parse(text) as { readonly response: AdmissionResponse }
  return { status, response, review }
}

const said = () => test.logged.filter(({ target }) => target === 'policy_log')
const saidOf = (response: AdmissionResponse) => response.status?.details?.causes ?? []

t.test("a denied request is told the group's message and every member that denied it", async (t) => {
  t.strictSame(await ask('/validate/denying'), {
    status: 200,
    review: { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' },
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
  })
})

t.test('an allowed one is told nothing, and nothing of it is changed', async (t) => {
  const { response } = await ask('/validate/lenient')
  t.strictSame(response, { uid: UID, allowed: true, auditAnnotations: null, warnings: null })
})

t.test('who does not matter any more is not asked; what members log carries their names', async (t) => {
  const before = said().length
  t.equal((await ask('/validate/lazy')).response.allowed, true)
  t.match(said().slice(before), [{ policyId: 'lazy/a', message: 'asked' }])
  t.equal(said().length, before + 1)
})

t.test('a mutation inside of a group is a denial', async (t) => {
  const { response } = await ask('/validate/mutating')
  t.match(response, { allowed: false, patch: undefined })
  t.match(saidOf(response), [{ message: 'mutation is not allowed inside of policy group' }])
})

t.test('each member has its own limit, and one that failed has denied in its own words', async (t) => {
  const { response } = await ask('/validate/failing')
  t.match(response.status, { message: 'not like this', code: undefined })
  t.match(saidOf(response), [
    { field: 'spec.policies.trap', message: /^internal server error: / },
    {
      field: 'spec.policies.slow',
      message: 'Policy execution interrupted because it exceeded the allowed execution time',
    },
  ])
  t.match(
    test.logged.filter(({ message }) => message === 'a member of the group failed'),
    [
      { level: 'warn', policyId: 'failing/trap', uid: UID },
      { level: 'warn', policyId: 'failing/slow' },
    ],
  )
})

t.test('the opposite of a member that failed lets nothing pass', async (t) => {
  t.equal((await ask('/validate/opposite')).response.allowed, false)
})

t.test('members have settings of their own', async (t) => {
  const { response } = await ask('/validate/echoing')
  t.match(saidOf(response), [{ message: /"settings":\{"own":1\}/ }, { message: /"settings":\{"own":2\}/ }])
})

t.test('a group that only looks on allows everything, and audits are told its verdict', async (t) => {
  const { response } = await ask('/validate/watched')
  t.strictSame(response, { uid: UID, allowed: true, auditAnnotations: null, warnings: null })
  t.match(
    test.logged.find(({ message }) => message === 'policy evaluation (monitor mode)'),
    { policyId: 'watched', response: { allowed: false, status: { message: 'not like this' } } },
  )
  t.match((await ask('/audit/watched')).response, { allowed: false, status: { message: 'not like this' } })
})

t.test('a group judges raw requests as well', async (t) => {
  const { response, review } = await ask('/validate_raw/raw', '{"request":{"user":"alice"}}')
  t.strictSame(
    { response, review },
    {
      review: {},
      response: { uid: '', allowed: true, auditAnnotations: null, warnings: null },
    },
  )
})

t.test('a member that takes no raw requests is told that one is raw', async (t) => {
  t.equal((await ask('/validate/rego')).response.allowed, true)
  const { response } = await ask('/validate_raw/rego', '{"request":{}}')
  t.match(saidOf(response), [{ message: /Gatekeeper does not support raw validation requests/ }])
})

t.test('a request whose time is over is denied, not left to the failure policy', async (t) => {
  const { status, response } = await ask('/validate/late?timeout=1s')
  t.equal(status, 200)
  t.match(saidOf(response), [{ field: 'spec.policies.a', message: /^Policy execution interrupted/ }, {}, {}])
})

t.test('a member is no policy: it has no URL', async (t) => {
  t.equal((await test.call('POST', '/validate/raw/a', admissionReview())).status, 404)
  const { status, text } = await test.call('POST', '/validate/raw%2Fa', admissionReview())
  t.strictSame([status, JSON.parse(text)], [404, { message: 'unknown policy: raw/a', status: 404 }])
})
