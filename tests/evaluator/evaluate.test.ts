import t from 'tap'
import { parseAdmissionReview, parseRawReview } from '../../evaluator/admission-request.ts'
import { evaluate } from '../../evaluator/evaluate.ts'
import { MINIMAL_REQUEST, reviewOf } from '../helpers/admission-review.ts'
import { createPolicy, evaluateLogged, validateSettingsLogged } from '../helpers/evaluations.ts'
import { buildAnsweringGuest, buildGuest, buildGuestFrom, type GuestName } from '../helpers/guests.ts'

t.test('a policy allows, denies and mutates', async (t) => {
  const request = parseAdmissionReview(
    reviewOf({ ...MINIMAL_REQUEST, object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'example' } } }),
  )
  const run = async (name: GuestName) => evaluate(await createPolicy(buildGuest(name)), request, () => {})
  t.strictSame(await run('accept'), { uid: 'u1', allowed: true, auditAnnotations: null, warnings: null })
  t.match(await run('deny'), { allowed: false, status: { message: 'denied by the fixture' } })
  const { patch = '', patchType } = await run('mutate')
  t.equal(patchType, 'JSONPatch')
  t.strictSame(JSON.parse(Buffer.from(patch, 'base64').toString()), [
    { op: 'add', path: '/metadata/labels', value: { mutated: 'true' } },
  ])
})

t.test('of a raw request, the whole is what a policy mutates', async (t) => {
  const guest = await createPolicy(buildAnsweringGuest('{"accepted":true,"mutated_object":{"uid":"r1","size":2}}'))
  const response = evaluate(guest, parseRawReview(Buffer.from('{"request":{"uid":"r1","size":1.0}}')), () => {})
  t.equal(response.uid, 'r1')
  t.equal(Buffer.from(response.patch ?? '', 'base64').toString(), '[{"op":"replace","path":"/size","value":2}]')
})

t.test('a policy that fails denies with code 500 and says why', async (t) => {
  const policy = await createPolicy(buildGuest('trap'))
  t.strictSame(evaluateLogged(policy).response, {
    uid: 'u1',
    allowed: false,
    status: { message: 'internal server error: Guest call failure: guest trapped: unreachable', code: 500 },
    auditAnnotations: null,
    warnings: null,
  })
})

t.test('settings are valid only if the guest says so', async (t) => {
  t.strictSame(validateSettingsLogged(await createPolicy(buildGuest('accept'))).verdict, { valid: true })
  const trapping = buildGuestFrom(`(module (memory (export "memory") 1)
    (func (export "__guest_call") (param i32 i32) (result i32) (unreachable)))`)
  t.strictSame(validateSettingsLogged(await createPolicy(trapping)).verdict, {
    valid: false,
    message: 'Error invoking settings validation callback: Guest call failure: guest trapped: unreachable',
  })
})

t.test('policy, request and response cross to another thread', async (t) => {
  const policy = await createPolicy(buildGuest('mutate'), { hostCapabilities: ['*'] })
  const request = parseAdmissionReview(reviewOf({ ...MINIMAL_REQUEST, object: {} }))
  // a module can be posted to a thread, but not be stored: the one thing that structuredClone does not do
  const { module, ...rest } = policy
  const clone = structuredClone({ ...rest, module: { ...module, module: undefined } })
  const there = { ...clone, module: { ...clone.module, module: module.module } }
  const response = evaluate(there, structuredClone(request), () => {})
  t.strictSame(
    structuredClone(response),
    evaluate(policy, request, () => {}),
  )
})

t.test('a guest asks for a capability that it was not granted, and is denied if it insists', async (t) => {
  const module = buildGuestFrom(`(module
    (import "wapc" "__host_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wapc" "__host_error_len" (func $length (result i32)))
    (import "wapc" "__host_error" (func $fetch (param i32)))
    (import "wapc" "__guest_error" (func $error (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "kubewardenociv2/verify{}")
    (func (export "__guest_call") (param i32 i32) (result i32)
      (drop (call $call (i32.const 0) (i32.const 10) (i32.const 10) (i32.const 3)
        (i32.const 13) (i32.const 9) (i32.const 22) (i32.const 2)))
      (call $fetch (i32.const 100)) (call $error (i32.const 100) (call $length)) (i32.const 0)))`)
  const denied = evaluateLogged(await createPolicy(module))
  t.equal(
    denied.message,
    "internal server error: Guest call failure: Policy has not been granted access to the 'oci/v2/verify' host capability. The violation has been reported.",
  )
  t.match(denied.lines, [{ level: 'warn', fields: { capability: 'oci/v2/verify' } }])
  const granted = evaluateLogged(await createPolicy(module, { hostCapabilities: ['oci/v2/*'] }))
  t.match(granted.message, /Cannot process Wasm guest request: callback channel not provided$/)
})

t.test('the log of each evaluation is limited by itself', async (t) => {
  const chatty = await createPolicy(
    buildGuestFrom(`(module
      (import "wapc" "__console_log" (func $log (param i32 i32)))
      (memory (export "memory") 1) (data (i32.const 0) "hello") (global $n (mut i32) (i32.const 0))
      (func (export "__guest_call") (param i32 i32) (result i32)
        (loop $again
          (call $log (i32.const 0) (i32.const 5))
          (global.set $n (i32.add (global.get $n) (i32.const 1)))
          (br_if $again (i32.lt_s (global.get $n) (i32.const 150))))
        (i32.const 0)))`),
  )
  for (let index = 0; index < 2; index++) {
    const { lines } = evaluateLogged(chatty)
    t.equal(lines.length, 101)
    t.match(lines.at(-1), { level: 'warn', message: 'policy logged 50 lines more, which were dropped' })
  }
})

t.test('hundreds of evaluations in a row leave no memory behind that would stop the next one', async (t) => {
  const policy = await createPolicy(buildGuest('echo'))
  let denied = 0
  for (let index = 0; index < 500; index++) denied += evaluateLogged(policy).response.allowed ? 0 : 1
  t.equal(denied, 500)
})
