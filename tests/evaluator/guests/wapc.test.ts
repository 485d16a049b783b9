import t from 'tap'
import { createPolicy, createRequest, evaluateLogged, validateSettingsLogged } from '../../helpers/evaluations.ts'
import { buildAnsweringGuest, buildGuest, buildGuestFrom, type GuestName } from '../../helpers/guests.ts'
import { watString } from '../../helpers/wat.ts'

const IMPORTS = `
  (import "wapc" "__guest_request" (func $request (param i32 i32)))
  (import "wapc" "__guest_response" (func $respond (param i32 i32)))
  (import "wapc" "__guest_error" (func $error (param i32 i32)))
  (import "wapc" "__host_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $response_length (result i32)))
  (import "wapc" "__host_response" (func $response (param i32)))
  (import "wapc" "__host_error_len" (func $error_length (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (import "wapc" "__console_log" (func $log (param i32 i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) ${watString('{"accepted":true,"valid":true}')})
  (data (i32.const 100) "error text")`

/** A guest whose `__guest_call` is this code; $operation and $payload are the lengths that it is told. */
const guestThat = (code: string, more = '') =>
  buildGuestFrom(`(module ${IMPORTS} ${more}
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32) ${code}))`)

const RESPOND = '(call $respond (i32.const 0) (i32.const 30))'
const REPORT = '(call $error (i32.const 100) (i32.const 10))'

async function messageOf(module: Uint8Array): Promise<string | undefined> {
  return evaluateLogged(await createPolicy(module)).message
}

const failure = (text: string) => `internal server error: Guest call failure: ${text}`

t.test('what a call returns and has set decides what came of it', async (t) => {
  const outcomes: [code: string, message: string | undefined][] = [
    [`${RESPOND} (i32.const 1)`, undefined],
    [`${RESPOND} ${REPORT} (i32.const 1)`, undefined],
    [`${RESPOND} (i32.const 7)`, undefined],
    [`${REPORT} (i32.const 1)`, failure('error text')],
    ['(i32.const 1)', failure('No error message OR response set for call success')],
    [`${REPORT} (i32.const 0)`, failure('error text')],
    [`${RESPOND} ${REPORT} (i32.const 0)`, failure('error text')],
    ['(i32.const 0)', failure('No error message set for call failure')],
    [`${RESPOND} (i32.const 0)`, failure('No error message set for call failure')],
  ]
  for (const [code, message] of outcomes) t.equal(await messageOf(guestThat(code)), message, code)
})

t.test('the guest is given the operation, the request and the settings', async (t) => {
  const policy = await createPolicy(buildGuest('echo'), { settings: { a: [1] } })
  const { message } = evaluateLogged(policy, createRequest('{"big":12345678901234567890, "f":1.0}'))
  const payload = '{"request":{"uid":"u1","object":{"big":12345678901234567890, "f":1.0}},"settings":{"a":[1]}}'
  t.equal(message, failure(`validate ${payload}`))
})

t.test('settings are validated by themselves', async (t) => {
  const echo = guestThat(`(call $request (i32.const 200) (i32.const 300))
    (call $error (i32.const 200) (i32.add (i32.const 100) (local.get $payload))) (i32.const 0)`)
  const { verdict } = validateSettingsLogged(await createPolicy(echo, { settings: { a: 1 } }))
  const message = 'Error invoking settings validation callback: Guest call failure: validate_settings'
  t.notOk(verdict.valid)
  t.ok(verdict.message?.startsWith(message))
  t.ok(verdict.message?.endsWith('{"a":1}'))
})

t.test('a guest that stops without an answer is denied with the reason', async (t) => {
  const reasons: Partial<Record<GuestName, string>> = {
    trap: failure('guest trapped: unreachable'),
    'stack-overflow': failure('guest trapped: call stack exhausted'),
    'wrong-pointers': failure('guest passed 1000 bytes at 4294967280, but its memory ends at 65536'),
    garbage: 'internal server error: cannot deserialize policy validation response: is not UTF-8',
  }
  for (const [name, message] of Object.entries(reasons)) {
    const policy = await createPolicy(buildGuest(name as GuestName))
    const { response } = evaluateLogged(policy)
    t.match(response, { uid: 'u1', allowed: false, status: { code: 500, message } }, name)
  }
})

t.test('every trap of the machine is told in its words', async (t) => {
  const traps: [code: string, reason: RegExp][] = [
    ['(i32.div_s (i32.const 1) (i32.const 0))', /guest trapped: divide by zero$/],
    ['(i32.load (i32.const -1))', /guest trapped: memory access out of bounds$/],
    ['(i32.trunc_f64_s (f64.const nan))', /guest trapped: float unrepresentable in integer range$/],
    ['(throw $e)', /guest trapped: uncaught exception$/],
    ['(call $exit (i32.const 3)) (i32.const 1)', /guest exited with code 3$/],
    ['(call $exit (i32.const 0)) (i32.const 1)', /guest exited with code 0$/],
  ]
  for (const [code, reason] of traps) t.match(await messageOf(guestThat(code, '(tag $e)')), reason, code)
})

t.test('what a guest reported before it trapped is told too', async (t) => {
  t.equal(
    await messageOf(guestThat(`${REPORT} (unreachable)`)),
    failure('guest trapped: unreachable; guest reported: error text'),
  )
})

t.test('pointers outside the memory are a failure of the guest, whichever import is given them', async (t) => {
  const far = '(i32.const -4)'
  const calls = [
    `(call $request ${far} (i32.const 0))`,
    `(call $request (i32.const 0) ${far})`,
    `(call $respond ${far} (i32.const 8))`,
    '(call $respond (i32.const 0) (i32.const -1))',
    '(call $error (i32.const 65530) (i32.const 7))',
    `(call $log ${far} (i32.const 8))`,
    `(drop (call $call ${far} ${'(i32.const 8)'.repeat(7)}))`,
    `(drop (call $call ${'(i32.const 8)'.repeat(6)} ${far} (i32.const 8)))`,
    `(drop (call $call ${'(i32.const 8)'.repeat(8)})) (call $host_error ${far})`,
  ]
  for (const call of calls) {
    t.match(await messageOf(guestThat(`${call} ${RESPOND} (i32.const 1)`)), /guest passed \d+ bytes at \d+, but/, call)
  }
})

t.test('a guest that stays inside its memory may pass empty texts from its end', async (t) => {
  const code = `(call $log (i32.const 65536) (i32.const 0)) (call $response (i32.const 65536)) ${RESPOND} (i32.const 1)`
  t.equal(await messageOf(guestThat(code)), undefined)
})

t.test('an answer larger than anything that the API server sends is not taken', async (t) => {
  const module = guestThat(`(drop (memory.grow (i32.const 300)))
    (call $respond (i32.const 0) (i32.const 16777217)) (i32.const 1)`)
  const message = evaluateLogged(await createPolicy(module, { memoryLimitBytes: 64 * 1024 * 1024 })).message
  t.equal(message, failure('guest answered with 16777217 bytes, but at most 16777216 are taken'))
})

t.test('an error text without end is cut', async (t) => {
  const module = guestThat(
    '(drop (memory.grow (i32.const 9))) (call $error (i32.const 100) (i32.const 600000)) (i32.const 0)',
  )
  const message = await messageOf(module)
  t.match(message, /^internal server error: Guest call failure: error text\0/)
  t.match(message, /… \(585\.9 KiB in all\)$/)
})

t.test('an error text that is not UTF-8 is shown as far as it can be', async (t) => {
  const module = guestThat(
    '(call $error (i32.const 200) (i32.const 3)) (i32.const 0)',
    '(data (i32.const 200) "a\\ffb")',
  )
  t.equal(await messageOf(module), failure('a\ufffdb'))
})

t.test('the host is called and its answer is fetched', async (t) => {
  const policy = await createPolicy(buildGuest('host-call'))
  const { response, lines } = evaluateLogged(policy)
  t.ok(response.allowed)
  t.match(lines, [{ level: 'warn', message: 'seen by the fixture', fields: { data: { attempt: 1 } } }])
})

// Calls the host with texts that stand at 1000; what follows may look at $ok.
const CALL = `(local $ok i32) (local.set $ok (call $call (i32.const 1000) (i32.const 10) (i32.const 1010)
  (i32.const 3) (i32.const 1013) (i32.const 9) (i32.const 0) (i32.const 0)))`
const TEXTS = (binding: string) => `(data (i32.const 1000) "${binding}ocyv2/verify")`

t.test('an error of the host reaches the guest as a text', async (t) => {
  const module = guestThat(
    `${CALL} (call $host_error (i32.const 2000)) (call $error (i32.const 2000) (call $error_length)) (local.get $ok)`,
    TEXTS('kubewarden'),
  )
  t.equal(await messageOf(module), failure('unknown namespace: ocy'))
})

t.test('after an error the answer is empty, and the other way round', async (t) => {
  const failing = guestThat(
    `${CALL} (if (call $response_length) (then (unreachable))) ${RESPOND} (i32.const 1)`,
    TEXTS('nobody0000'),
  )
  t.equal(await messageOf(failing), undefined)
  const fresh = guestThat(
    `(if (i32.or (call $response_length) (call $error_length)) (then (unreachable))) ${RESPOND} (i32.const 1)`,
  )
  t.equal(await messageOf(fresh), undefined)
})

t.test('what the guest logs on its console is logged', async (t) => {
  const policy = await createPolicy(guestThat(`(call $log (i32.const 100) (i32.const 10)) ${RESPOND} (i32.const 1)`))
  t.match(evaluateLogged(policy).lines, [{ level: 'info', message: 'error text' }])
})

t.test('the starters run in order before the first call, and the host answers them already', async (t) => {
  const { response, lines } = evaluateLogged(await createPolicy(buildGuest('starters')))
  t.ok(response.allowed)
  t.match(lines, [{ level: 'info', message: 'started' }])
})

t.test('a starter that fails is told by name', async (t) => {
  const failing: [starter: string, message: string][] = [
    ['(func (export "_start") (unreachable))', 'guest failed in _start: guest trapped: unreachable'],
    ['(func (export "_start") (call $exit (i32.const 2)))', 'guest failed in _start: guest exited with code 2'],
    ['(func (export "wapc_init") (unreachable))', 'guest failed in wapc_init: guest trapped: unreachable'],
  ]
  for (const [starter, message] of failing) {
    t.equal(await messageOf(guestThat(`${RESPOND} (i32.const 1)`, starter)), `internal server error: ${message}`)
  }
})

t.test('`_initialize` is not called', async (t) => {
  t.equal(
    await messageOf(guestThat(`${RESPOND} (i32.const 1)`, '(func (export "_initialize") (unreachable))')),
    undefined,
  )
})

t.test('start code that runs before there is a memory to speak of cannot call the host', async (t) => {
  const module = guestThat(`${RESPOND} (i32.const 1)`, '(func $s (call $log (i32.const 0) (i32.const 1))) (start $s)')
  const reason = 'guest could not be instantiated: guest called the host before its memory was there'
  t.equal(await messageOf(module), `internal server error: ${reason}`)
})

t.test('a function of another type under the right name is a failure, not a crash', async (t) => {
  const module = (type: string, result: string) =>
    buildGuestFrom(`(module (memory (export "memory") 1) (func (export "__guest_call") ${type} ${result}))`)
  t.match(await messageOf(module('(param i32 i32)', '')), /`__guest_call` does not return an i32$/)
  t.match(
    await messageOf(module('(param i64 i64) (result i32)', '(i32.const 1)')),
    /Guest call failure: guest trapped: /,
  )
})

t.test('no two calls see the same guest', async (t) => {
  const policy = await createPolicy(buildGuest('leaky'))
  for (let index = 0; index < 3; index++) {
    t.ok(validateSettingsLogged(policy).verdict.valid)
    t.ok(evaluateLogged(policy).response.allowed)
  }
})

t.test('memory that grew during a call is read where it is', async (t) => {
  const module = guestThat(`(drop (memory.grow (i32.const 1)))
    (memory.copy (i32.const 70000) (i32.const 0) (i32.const 30))
    (call $request (i32.const 80000) (i32.const 80100))
    (call $respond (i32.const 70000) (i32.const 30)) (i32.const 1)`)
  t.equal(await messageOf(module), undefined)
})

t.test('an answer is a copy: a guest that goes on writing does not change it', async (t) => {
  const module = guestThat(`${RESPOND} (memory.fill (i32.const 0) (i32.const 0) (i32.const 30)) (i32.const 1)`)
  t.equal(await messageOf(module), undefined)
})

t.test('a large request reaches the guest', async (t) => {
  const policy = await createPolicy(
    guestThat(`(drop (memory.grow (i32.const 100))) (call $request (i32.const 200) (i32.const 300))
      (call $error (i32.add (i32.const 300) (i32.sub (local.get $payload) (i32.const 10))) (i32.const 10)) (i32.const 0)`),
    { settings: { last: 1 } },
  )
  const { message } = evaluateLogged(policy, createRequest(JSON.stringify('x'.repeat(5_000_000))))
  t.equal(message, failure('"last":1}}'))
})

t.test('settings that the guest refuses are refused, with its words', async (t) => {
  const { verdict } = validateSettingsLogged(await createPolicy(buildGuest('deny-settings')))
  t.strictSame(verdict, { valid: false, message: 'settings refused by the fixture' })
  const nonsense = validateSettingsLogged(await createPolicy(buildAnsweringGuest('{"valid":1}')))
  t.match(nonsense.verdict, { valid: false, message: /^error: cannot convert response: valid: must be true or false/ })
})
