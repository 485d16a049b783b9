import t from 'tap'
import { buildAnsweringGuest, buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim } from '../../helpers/shim.ts'

const UID = '705ab4f5-6393-11e8-b7cc-42010a800002'

t.test('a denial is a line at info, an allowance one at debug, with what was asked', async (t) => {
  await using test = await startShim(t, { yes: { guest: buildGuest('accept') }, no: { guest: buildGuest('deny') } })
  const asked = {
    uid: UID,
    origin: 'validate',
    operation: 'CREATE',
    kind: 'ConfigMap',
    namespace: 'default',
    name: 'settings',
  }
  await test.call('POST', '/validate/no', admissionReview())
  await test.call('POST', '/validate/yes', admissionReview())
  t.match(
    test.logged.find(({ message }) => message === 'denied'),
    {
      ...asked,
      level: 'info',
      policyId: 'no',
      allowed: false,
      reason: 'denied by the fixture',
      latencyMs: Number,
    },
  )
  t.match(
    test.logged.find(({ message }) => message === 'allowed'),
    { ...asked, level: 'debug', policyId: 'yes' },
  )
})

t.test('monitor mode writes down what would have been answered', async (t) => {
  await using test = await startShim(t, { watched: { guest: buildGuest('deny'), policyMode: 'monitor' } })
  await test.call('POST', '/audit/watched', admissionReview())
  t.notOk(
    test.logged.some(({ message }) => message === 'policy evaluation (monitor mode)'),
    'audit has no mode',
  )
  await test.call('POST', '/validate/watched', admissionReview())
  t.match(
    test.logged.find(({ message }) => message === 'policy evaluation (monitor mode)'),
    {
      level: 'info',
      policyId: 'watched',
      allowedToMutate: false,
      response: { allowed: false, status: { message: 'denied by the fixture' } },
    },
  )
})

t.test(
  'at the level info, monitored verdicts and denials are written down, and nothing of what is allowed',
  async (t) => {
    const policies = {
      watched: { guest: buildGuest('deny'), policyMode: 'monitor' },
      deny: { guest: buildGuest('deny') },
      accept: { guest: buildGuest('accept') },
    } as const
    await using test = await startShim(t, policies, { logLevel: 'info' })
    const before = test.logged.length
    for (const id of Object.keys(policies)) await test.call('POST', `/validate/${id}`, admissionReview())
    t.strictSame(
      test.logged.slice(before).map(({ policyId, message }) => ({ policyId, message })),
      [
        { policyId: 'watched', message: 'policy evaluation (monitor mode)' },
        { policyId: 'deny', message: 'denied' },
      ],
    )
  },
)

t.test('what a policy says about a Secret is not written down, nor what it would make of it', async (t) => {
  const answer = {
    valid: true,
    accepted: false,
    message: 'the password is hunter2',
    warnings: ['hunter2'],
    mutated_object: { data: { password: 'hunter2' } },
  }
  await using test = await startShim(t, {
    watched: { guest: buildAnsweringGuest(JSON.stringify(answer)), policyMode: 'monitor' },
    asked: { guest: buildAnsweringGuest(JSON.stringify(answer)), allowedToMutate: true },
  })
  const secrets = { group: '', version: 'v1', resource: 'secrets' }
  const review = admissionReview({ resource: secrets, kind: { group: '', version: 'v1', kind: 'Secret' } })
  await test.call('POST', '/validate/watched', review)
  t.match((await test.call('POST', '/validate/asked', review)).text, 'hunter2', 'the client is told')
  t.equal(test.logged.filter(({ policyId }) => policyId === 'watched' || policyId === 'asked').length >= 3, true)
  const told = JSON.stringify(test.logged)
  t.notMatch(told, 'hunter2')
  t.notMatch(told, Buffer.from('hunter2').toString('base64').slice(0, 8))
  t.match(told, '(redacted)')
})

t.test('what a policy logs is logged under its id, with its level, and cannot pass for a line of ours', async (t) => {
  const event = '{"level":"warning","message":"hm","policyId":"somebody-else","colour":"blue"}'
  const guest = buildGuestFrom(`(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (import "wapc" "__host_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "kubewardentracinglog")
    (data (i32.const 100) "${event.replaceAll('"', '\\"')}")
    (data (i32.const 300) "{\\"valid\\":true,\\"accepted\\":true}")
    (func (export "__guest_call") (param i32 i32) (result i32)
      (drop (call $call (i32.const 0) (i32.const 10) (i32.const 10) (i32.const 7) (i32.const 17) (i32.const 3)
        (i32.const 100) (i32.const ${event.length})))
      (call $respond (i32.const 300) (i32.const 30))
      (i32.const 1)))`)
  await using test = await startShim(t, { talking: { guest } })
  await test.call('POST', '/validate/talking', admissionReview())
  const line = test.logged.find(({ message }) => message === 'hm')
  t.match(line, { level: 'warn', policyId: 'talking', target: 'policy_log', data: { colour: 'blue' } })
})
