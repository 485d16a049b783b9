import t from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import { MeteredEvaluator } from '../../../evaluator/metered-evaluator.ts'
import { checkCleanSlate } from '../../helpers/clean-slate.ts'
import { createRequest } from '../../helpers/evaluations.ts'
import { buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { admissionReview, compilePolicy } from '../../helpers/policies.ts'
import { evaluate, PATIENT, startPool } from '../../helpers/test-pool.ts'

const accept = await compilePolicy('accept', buildGuest('accept'))
const loop = await compilePolicy('loop', buildGuest('loop'))
const IN_FRONT = { evaluatesInFront: true }

t.test('short policies are answered while every thread is busy', async (t) => {
  await using test = await startPool([accept, loop], { workers: 1, ...IN_FRONT })
  const busy = evaluate(test.pool, loop, { timeoutMs: 60_000, deadline: performance.now() + 500 })
  while (test.pool.stats.busy === 0) await new Promise(setImmediate)
  t.match(await evaluate(test.pool, accept), { kind: 'answered', value: { allowed: true } })
  t.equal(test.pool.stats.busy, 1)
  await busy
})

t.test('a guest that never returns is ended as ever, by the end of its thread', async (t) => {
  await using test = await startPool([accept, loop], IN_FRONT)
  for (let time = 0; time < 3; time++)
    t.match(await evaluate(test.pool, loop, { timeoutMs: 50 }), { kind: 'timed-out' })
  t.strictSame(test.ended, ['deadline', 'deadline', 'deadline'])
  t.match(await evaluate(test.pool, accept), { kind: 'answered', value: { allowed: true } })
})

t.test('policies that share a request are answered partly here and partly there, each once', async (t) => {
  const logging = await compilePolicy('host-call', buildGuest('host-call'))
  await using test = await startPool([accept, loop, logging], { workers: 2, ...IN_FRONT })
  const request = { ...parseAdmissionReview(admissionReview()), isShared: true } as const
  const asked = [logging, accept, loop, logging, accept, logging, loop, accept, logging]
  const outcomes = await Promise.all(
    asked.map((policy) => test.pool.evaluate(policy, request, { ...PATIENT, timeoutMs: 200 })),
  )
  t.strictSame(
    outcomes.map(({ kind }) => kind),
    asked.map((policy) => (policy === loop ? 'timed-out' : 'answered')),
  )
  t.equal(test.logged.length, 4)
})

t.test('a guest that needs a deeper stack than is left here has it in a thread', async (t) => {
  const deep = buildGuestFrom(`(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "{\\"accepted\\":true,\\"valid\\":true}")
    (func $deep (param i64 i64 i64 i64 i32) (result i64)
      (if (result i64) (i32.eqz (local.get 4)) (then (i64.const 1))
        (else (i64.add (i64.mul (local.get 0) (local.get 1)) (i64.add (local.get 2)
          (call $deep (local.get 1) (local.get 2) (local.get 3) (local.get 0) (i32.sub (local.get 4) (i32.const 1))))))))
    (func (export "__guest_call") (param i32 i32) (result i32)
      (drop (call $deep (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i32.const 12000)))
      (call $respond (i32.const 0) (i32.const 30)) (i32.const 1)))`)
  const policy = await compilePolicy('deep', deep)
  t.equal(
    new MeteredEvaluator({ fuel: 4e6, timeMs: 1e4 }).evaluate(policy, createRequest('{}'), () => {}),
    undefined,
  )
  await using test = await startPool([policy], IN_FRONT)
  t.match(await evaluate(test.pool, policy), { kind: 'answered', value: { allowed: true } })
})

t.test('a client that has gone, and a time that is over, are told as by a thread', async (t) => {
  await using test = await startPool([accept], IN_FRONT)
  await t.rejects(evaluate(test.pool, accept, { signal: AbortSignal.abort(new Error('gone')) }), { message: 'gone' })
  await t.rejects(evaluate(test.pool, accept, { deadline: performance.now() - 1 }), { code: 'ERR_POOL_FULL' })
})

t.test('a leaky guest leaves nothing here either', async (t) => {
  const policy = await compilePolicy('leaky-memory', buildGuest('leaky-memory'))
  await checkCleanSlate(t, policy, parseAdmissionReview(admissionReview()), IN_FRONT)
})
