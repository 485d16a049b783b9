import { syncBuiltinESMExports } from 'node:module'
import threads from 'node:worker_threads'
import t, { type Test } from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { compilePolicy } from '../../helpers/policies.ts'
import { evaluate, startPool } from '../../helpers/test-pool.ts'

const accept = await compilePolicy('accept', buildGuest('accept'))
const loop = await compilePolicy('loop', buildGuest('loop'))

/** What Node throws where the system has no thread to give, as when a Pod has as many as it may; a limit cannot be set for root. */
function takeThreadsAway(t: Test): () => void {
  const { Worker } = threads
  const giveBack = () => {
    threads.Worker = Worker
    syncBuiltinESMExports()
  }
  threads.Worker = class {
    constructor() {
      throw Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' })
    }
  } as unknown as typeof Worker
  syncBuiltinESMExports()
  t.teardown(giveBack)
  return giveBack
}

t.test('a pool that is given no further thread answers with those that it has, and tries again', async (t) => {
  await using test = await startPool([accept, loop], { workers: 2 })
  const giveBack = takeThreadsAway(t)
  for (let i = 0; i < 3; i++) {
    t.match(await evaluate(test.pool, accept), { kind: 'answered', value: { allowed: true } })
    t.match(test.pool.stats, { busy: 0, queued: 0 })
  }
  giveBack()
  // the first thread is busy for longer than it takes to get a second one
  const late = evaluate(test.pool, loop, { timeoutMs: 5000 })
  t.match(await evaluate(test.pool, accept), { kind: 'answered', value: { allowed: true } })
  t.equal(test.pool.stats.busy, 1, 'in another thread')
  t.strictSame(await late, { kind: 'timed-out' })
})

t.test('a pool that is given no thread at all does not start, and says why', async (t) => {
  takeThreadsAway(t)
  await t.rejects(startPool([accept]), {
    code: 'ERR_INTERNAL',
    message: 'an evaluator thread could not be started: EAGAIN',
  })
})
