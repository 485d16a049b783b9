import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { WaitingLine } from '../../../shim/pool/waiting-line.ts'

const options = (signal = new AbortController().signal, inMs = 60_000) => ({
  signal,
  deadline: performance.now() + inMs,
})

t.test('turns are given in the order of arrival', async (t) => {
  const line = new WaitingLine<string>(3)
  const waiting = ['first', 'second', 'third'].map((who) => line.wait(options()).then((turn) => `${who}: ${turn}`))
  t.equal(line.length, 3)
  for (const turn of ['a', 'b', 'c']) t.ok(line.serve(turn))
  t.strictSame(await Promise.all(waiting), ['first: a', 'second: b', 'third: c'])
  t.notOk(line.serve('d'), 'nobody waits any more')
})

t.test('a full line refuses at once', async (t) => {
  const line = new WaitingLine<string>(1)
  const first = line.wait(options())
  await t.rejects(line.wait(options()), {
    code: 'ERR_POOL_FULL',
    message: '1 requests already wait for an evaluator thread',
  })
  line.serve('a')
  t.equal(await first, 'a')
})

t.test('who leaves gets no turn, and the next one does', async (t) => {
  const line = new WaitingLine<string>(2)
  const controller = new AbortController()
  const leaver = line.wait(options(controller.signal))
  const stayer = line.wait(options())
  controller.abort(new Error('gone'))
  line.serve('a')
  await t.rejects(leaver, { message: 'gone' })
  t.equal(await stayer, 'a')
})

t.test('waiting ends at the deadline', async (t) => {
  const line = new WaitingLine<string>(1)
  await t.rejects(line.wait(options(undefined, 1)), {
    code: 'ERR_POOL_FULL',
    message: 'no evaluator thread became free in the time that the request allows',
  })
  t.equal(line.length, 0)
})

t.test('who comes too late does not join', async (t) => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  t.teardown(() => process.off('warning', onWarning))
  const line = new WaitingLine<string>(1)
  const late = line.wait(options(undefined, -1000))
  t.equal(line.length, 0)
  await t.rejects(late, { code: 'ERR_POOL_FULL' })
  await setImmediate()
  t.strictSame(warnings, [])
})

t.test('who has left before does not join', async (t) => {
  const line = new WaitingLine<string>(1)
  await t.rejects(line.wait(options(AbortSignal.abort(new Error('gone')))), { message: 'gone' })
  t.equal(line.length, 0)
})

t.test('closing sends everybody away', async (t) => {
  const line = new WaitingLine<string>(2)
  const waiting = [line.wait(options()), line.wait(options())]
  line.close(new Error('closed'))
  for (const promise of waiting) await t.rejects(promise, { message: 'closed' })
})
