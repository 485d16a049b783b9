import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import type { EvaluatedPolicy } from '../../../evaluator/evaluate.ts'
import type { StartedEvaluatorPool } from '../../../shim/pool/evaluator-pool.ts'
import { deal } from '../../../shim/pool/shared-jobs.ts'
import type { JobLimits } from '../../../shim/pool/watch-job.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { admissionReview, compilePolicy } from '../../helpers/policies.ts'
import { evaluate, PATIENT, startPool } from '../../helpers/test-pool.ts'

const accept = await compilePolicy('accept', buildGuest('accept'))
const loop = await compilePolicy('loop', buildGuest('loop'))

/** Asks all of them about one request, as an entry that they share does. */
function evaluateShared(
  pool: StartedEvaluatorPool,
  policies: readonly EvaluatedPolicy[],
  limits: Partial<JobLimits> = {},
) {
  const request = { ...parseAdmissionReview(admissionReview()), isShared: true } as const
  return Promise.all(policies.map((policy) => pool.evaluate(policy, request, { ...PATIENT, ...limits })))
}

t.test('policies that share a request are each answered, in the order in which they were asked for', async (t) => {
  const deny = await compilePolicy('deny', buildGuest('deny'))
  await using test = await startPool([accept, deny], { workers: 2 })
  const asked = Array.from({ length: 13 }, (_, i) => (i % 3 === 0 ? deny : accept))
  const outcomes = await evaluateShared(test.pool, asked)
  t.strictSame(
    outcomes.map((outcome) => outcome.kind === 'answered' && outcome.value.allowed),
    asked.map((policy) => policy === accept),
  )
  t.match(test.pool.stats, { busy: 0, queued: 0 })
  t.match(await evaluateShared(test.pool, [accept]), [{ kind: 'answered' }])
})

t.test('a guest among them that never returns costs its own answer, those after it are asked again', async (t) => {
  await using test = await startPool([accept, loop])
  const outcomes = await evaluateShared(test.pool, [accept, loop, accept, loop, accept], { timeoutMs: 100 })
  t.strictSame(
    outcomes.map(({ kind }) => kind),
    ['answered', 'timed-out', 'answered', 'timed-out', 'answered'],
  )
  t.strictSame(test.ended, ['deadline', 'deadline'])
  t.match(await evaluate(test.pool, accept), { kind: 'answered' }, 'the pool goes on')
})

t.test('each of them has all of its own time, from the moment at which it is asked', async (t) => {
  await using test = await startPool([loop])
  const startedAt = performance.now()
  await evaluateShared(test.pool, [loop, loop], { timeoutMs: 200 })
  t.ok(performance.now() - startedAt >= 400)
})

t.test('a client that goes away ends the one that is asked, and none of the others is', async (t) => {
  await using test = await startPool([accept, loop])
  const controller = new AbortController()
  const gone = evaluateShared(test.pool, [loop, accept, accept], { signal: controller.signal })
  while (test.pool.stats.busy === 0) await setImmediate()
  controller.abort(new Error('went away'))
  await t.rejects(gone, { message: 'went away' })
  t.strictSame(test.ended, ['cancelled'])
  t.match(await evaluate(test.pool, accept), { kind: 'answered' }, 'the pool goes on')
})

t.test('where the line is full they are refused together', async (t) => {
  await using test = await startPool([accept, loop], { queue: 0 })
  const busy = evaluate(test.pool, loop, { timeoutMs: 200 })
  const request = { ...parseAdmissionReview(admissionReview()), isShared: true } as const
  const refused = await Promise.allSettled(
    [accept, accept].map((policy) => test.pool.evaluate(policy, request, PATIENT)),
  )
  t.match(refused, [
    { status: 'rejected', reason: { code: 'ERR_POOL_FULL' } },
    { status: 'rejected', reason: { code: 'ERR_POOL_FULL' } },
  ])
  await busy
})

t.test('items are dealt out evenly, and no hand is left empty', async (t) => {
  t.strictSame(deal([1, 2, 3, 4, 5], 2), [
    [1, 3, 5],
    [2, 4],
  ])
  t.strictSame(deal([1], 2), [[1]])
  t.strictSame(deal([], 2), [])
})
