import t from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import { checkCleanSlate } from '../../helpers/clean-slate.ts'
import { buildGuest } from '../../helpers/guests.ts'
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

t.test('a client that has gone, and a time that is over, are told as by a thread', async (t) => {
  await using test = await startPool([accept], IN_FRONT)
  await t.rejects(evaluate(test.pool, accept, { signal: AbortSignal.abort(new Error('gone')) }), { message: 'gone' })
  await t.rejects(evaluate(test.pool, accept, { deadline: performance.now() - 1 }), { code: 'ERR_POOL_FULL' })
})

t.test('a leaky guest leaves nothing here either', async (t) => {
  const policy = await compilePolicy('leaky-memory', buildGuest('leaky-memory'))
  await checkCleanSlate(t, policy, parseAdmissionReview(admissionReview()), IN_FRONT)
})
