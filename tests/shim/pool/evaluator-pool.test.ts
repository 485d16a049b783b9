import t, { type Test } from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import type { EvaluatedPolicy } from '../../../evaluator/evaluate.ts'
import type { StartedEvaluatorPool } from '../../../shim/pool/evaluator-pool.ts'
import { buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { admissionReview, compilePolicy } from '../../helpers/policies.ts'
import { evaluate, PATIENT, startPool } from '../../helpers/test-pool.ts'
import { until } from '../../helpers/until.ts'

async function expectAllowed(t: Test, pool: StartedEvaluatorPool): Promise<void> {
  t.match(await evaluate(pool, accept), { kind: 'answered', value: { allowed: true } })
}

const accept = await compilePolicy('accept', buildGuest('accept'))
const loop = await compilePolicy('loop', buildGuest('loop'))

t.test('many requests at once are all answered, in more than one thread', async (t) => {
  const deny = await compilePolicy('deny', buildGuest('deny'))
  await using test = await startPool([accept, deny], { workers: 2, queue: 100 })
  const asked = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? accept : deny))
  const outcomes = await Promise.all(asked.map((policy) => evaluate(test.pool, policy)))
  for (const [i, outcome] of outcomes.entries()) {
    t.match(outcome, { kind: 'answered', value: { allowed: asked[i] === accept } })
  }
  t.match(test.pool.stats, { busy: 0, queued: 0 })
})

t.test('a guest that never returns is ended at its deadline, and the spare thread goes on', async (t) => {
  await using test = await startPool([accept, loop])
  const late = evaluate(test.pool, loop, { timeoutMs: 50 })
  const next = expectAllowed(t, test.pool)
  t.strictSame(await late, { kind: 'timed-out' })
  await next
  t.strictSame(test.ended, ['deadline'])
})

t.test('a pool without a spare thread starts one in the place of one that it had to end', async (t) => {
  await using test = await startPool([accept, loop], { spares: 0 })
  t.match(test.pool.stats, { idle: 1, busy: 0, starting: 0 })
  t.strictSame(await evaluate(test.pool, loop, { timeoutMs: 50 }), { kind: 'timed-out' })
  t.match(test.pool.stats, { idle: 0, busy: 0, starting: 1 })
  await expectAllowed(t, test.pool)
})

t.test('only the late request is interrupted, not those beside it', async (t) => {
  await using test = await startPool([accept, loop], { workers: 2 })
  const late = evaluate(test.pool, loop, { timeoutMs: 100 })
  for (let i = 0; i < 20; i++) await expectAllowed(t, test.pool)
  t.strictSame(await late, { kind: 'timed-out' })
  t.strictSame(test.ended, ['deadline'])
})

t.test('the request has a deadline of its own, whatever the policy is given', async (t) => {
  await using test = await startPool([loop])
  const outcome = await evaluate(test.pool, loop, { timeoutMs: 60_000, deadline: performance.now() + 50 })
  t.strictSame(outcome, { kind: 'timed-out' })
})

t.test('many endless loops at once leave a pool that works', async (t) => {
  await using test = await startPool([accept, loop], { workers: 2, queue: 20 })
  const late = await Promise.all(Array.from({ length: 10 }, () => evaluate(test.pool, loop, { timeoutMs: 20 })))
  for (const outcome of late) t.strictSame(outcome, { kind: 'timed-out' })
  await expectAllowed(t, test.pool)
  t.equal(test.ended.length, 10)
})

t.test('a client that goes away while its request runs frees the thread', async (t) => {
  await using test = await startPool([accept, loop])
  const controller = new AbortController()
  const cancelled = evaluate(test.pool, loop, { signal: controller.signal })
  const next = expectAllowed(t, test.pool)
  t.match(test.pool.stats, { busy: 1, queued: 1 })
  controller.abort(new Error('the client went away'))
  await t.rejects(cancelled, { message: 'the client went away' })
  await next
  t.strictSame(test.ended, ['cancelled'])
})

t.test('a client that goes away while its request waits costs no thread', async (t) => {
  await using test = await startPool([accept, loop])
  const busy = evaluate(test.pool, loop, { timeoutMs: 100 })
  const controller = new AbortController()
  const cancelled = evaluate(test.pool, accept, { signal: controller.signal })
  controller.abort(new Error('the client went away'))
  await t.rejects(cancelled, { message: 'the client went away' })
  t.match(test.pool.stats, { busy: 1, queued: 0 })
  await busy
  t.strictSame(test.ended, ['deadline'])
})

t.test('a full queue refuses at once, and those in it are still served', async (t) => {
  await using test = await startPool([accept, loop], { queue: 1 })
  const running = evaluate(test.pool, loop, { timeoutMs: 100 })
  const waiting = expectAllowed(t, test.pool)
  await t.rejects(evaluate(test.pool, accept), { code: 'ERR_POOL_FULL' })
  await Promise.all([running, waiting])
})

t.test('a request whose deadline passes while it waits is refused, since no policy was asked', async (t) => {
  await using test = await startPool([accept, loop])
  const controller = new AbortController()
  const running = evaluate(test.pool, loop, { signal: controller.signal })
  await t.rejects(evaluate(test.pool, accept, { deadline: performance.now() + 20 }), { code: 'ERR_POOL_FULL' })
  controller.abort(new Error('enough'))
  await t.rejects(running)
})

t.test('a request whose deadline has passed is refused without a guest, and its thread serves the next', async (t) => {
  await using test = await startPool([accept, loop])
  for (let i = 0; i < 3; i++)
    await t.rejects(evaluate(test.pool, loop, { deadline: performance.now() - 1 }), { code: 'ERR_POOL_FULL' })
  await expectAllowed(t, test.pool)
  t.match(test.pool.stats, { busy: 0, queued: 0 })
  t.strictSame(test.ended, [])
})

t.test('a request whose turn comes after its deadline is refused, and the next one gets the turn', async (t) => {
  await using test = await startPool([accept, loop])
  const deadline = performance.now() + 20
  const running = evaluate(test.pool, accept)
  const late = t.rejects(evaluate(test.pool, loop, { deadline }), { code: 'ERR_POOL_FULL' })
  const next = expectAllowed(t, test.pool)
  // too busy for timers and answers alike until the deadline is over
  while (performance.now() < deadline + 20);
  await Promise.all([running, late, next])
  t.strictSame(test.ended, [])
})

t.test('threads that crash fail their request alone, and are replaced', async (t) => {
  await using test = await startPool([accept])
  // what no policy can do: a message that our own code in the thread chokes on
  test.pool.setPolicies([undefined as unknown as EvaluatedPolicy])
  test.pool.setPolicies([accept])
  t.match(await evaluate(test.pool, accept), { kind: 'failed', message: String })
  await expectAllowed(t, test.pool)
  t.strictSame(test.ended, ['crashed'])
})

t.test('threads are started when they are needed, and one beyond', async (t) => {
  await using test = await startPool([accept, loop], { workers: 3 })
  const leaving = new AbortController()
  const runs = []
  for (const busy of [0, 1, 2, 3]) {
    await until(async () => test.pool.stats.idle === 1)
    t.match(test.pool.stats, { busy, starting: 0 })
    runs.push(t.rejects(evaluate(test.pool, loop, { signal: leaving.signal })))
  }
  leaving.abort()
  await Promise.all(runs)
})

t.test('threads that nobody needs any more are ended, but for one', async (t) => {
  await using test = await startPool([accept], { workers: 3, queue: 100, idleMs: 500 })
  await until(async () => {
    await Promise.all(Array.from({ length: 50 }, () => expectAllowed(t, test.pool)))
    return test.pool.stats.idle >= 3
  })
  await until(async () => test.pool.stats.idle + test.pool.stats.starting === 1)
  t.match(test.pool.stats, { idle: 1, busy: 0, queued: 0 })
  await expectAllowed(t, test.pool)
  t.strictSame(test.ended, [])
})

t.test('a request whose bytes are gone fails alone', async (t) => {
  await using test = await startPool([accept])
  const request = parseAdmissionReview(admissionReview())
  t.match(await test.pool.evaluate(accept, request, PATIENT), { kind: 'answered' })
  t.match(await test.pool.evaluate(accept, request, PATIENT), { kind: 'failed', message: String })
  await expectAllowed(t, test.pool)
})

t.test('a new thread knows the policies that were set before it was born', async (t) => {
  await using test = await startPool([loop])
  test.pool.setPolicies([loop, accept])
  for (let i = 0; i < 3; i++) await evaluate(test.pool, loop, { timeoutMs: 10 })
  await expectAllowed(t, test.pool)
})

t.test(
  'a request is evaluated with its own policy, though that was replaced or taken away while it waited',
  async (t) => {
    const deny = await compilePolicy('accept', buildGuest('deny'))
    await using test = await startPool([accept, loop])
    const late = evaluate(test.pool, loop, { timeoutMs: 100 })
    const waiting = evaluate(test.pool, accept)
    t.match(test.pool.stats, { busy: 1, queued: 1 })
    test.pool.setPolicies([deny])
    t.strictSame(await late, { kind: 'timed-out' })
    t.match(await waiting, { kind: 'answered', value: { allowed: true } })
    t.match(await evaluate(test.pool, deny), { kind: 'answered', value: { allowed: false } })
    test.pool.setPolicies([])
    await expectAllowed(t, test.pool)
  },
)

t.test('settings are checked in a thread, under the same limits', async (t) => {
  await using test = await startPool([])
  t.match(await test.pool.validateSettings(accept, PATIENT), { kind: 'answered', value: { valid: true } })
  const refusing = await compilePolicy('refusing', buildGuest('deny-settings'))
  t.match(await test.pool.validateSettings(refusing, PATIENT), { kind: 'answered', value: { valid: false } })
  const endless = `(module
    (memory (export "memory") 1)
    (func (export "__guest_call") (param i32 i32) (result i32) (loop $again (br $again)) (i32.const 1)))`
  const thinking = await compilePolicy('thinking', buildGuestFrom(endless))
  t.match(await test.pool.validateSettings(thinking, { ...PATIENT, timeoutMs: 20 }), { kind: 'timed-out' })
})

t.test('what a policy logs arrives, even when it is ended afterwards', async (t) => {
  const text = 'Every time I say this'
  const guest = buildGuestFrom(`(module
    (import "wapc" "__console_log" (func $log (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "${text}")
    (func (export "__guest_call") (param i32 i32) (result i32)
      (loop $again (call $log (i32.const 0) (i32.const ${text.length})) (br $again))
      (i32.const 1)))`)
  const chatty = await compilePolicy('chatty', guest)
  await using test = await startPool([chatty])
  t.strictSame(await evaluate(test.pool, chatty, { timeoutMs: 100 }), { kind: 'timed-out' })
  t.match(test.logged[0], { policyId: 'chatty', line: { level: 'info', message: text } })
  t.ok(test.logged.length <= 100, 'a flood of lines is cut')
})

t.test('a pool that is stopped refuses, whether the request runs, waits or comes later', async (t) => {
  const test = await startPool([accept, loop])
  const running = evaluate(test.pool, loop)
  const waiting = evaluate(test.pool, accept)
  const refusals = [running, waiting].map((promise) => t.rejects(promise, { code: 'ERR_POOL_STOPPED' }))
  await test[Symbol.asyncDispose]()
  await Promise.all(refusals)
  await t.rejects(evaluate(test.pool, accept), { code: 'ERR_POOL_STOPPED' })
  t.strictSame(test.ended, [], 'ending all threads is no incident')
})
