import t from 'tap'
import { buildGuest } from '../../helpers/guests.ts'
import { compilePolicy } from '../../helpers/policies.ts'
import { evaluate, startPool } from '../../helpers/test-pool.ts'
import { until } from '../../helpers/until.ts'
import { buildCommand, echo, type PlaceText } from '../../helpers/wasi-commands.ts'

const ACCEPTED = '{"accepted":true}'
const accept = await compilePolicy('accept', buildGuest('accept'))

const READ = '(drop (call $read (i32.const 65536)))'
const say = (text: PlaceText) => `(call $print (i32.const 1) ${text(ACCEPTED)})`
const draw = '(drop (call $random (i32.const 16) (i32.const 1)))'
/** Goes round so many times. */
const spin = (times: bigint) => `(local $left i64) (local.set $left (i64.const ${times}))
  (loop $again (local.set $left (i64.sub (local.get $left) (i64.const 1))) (br_if $again (i64.ne (local.get $left) (i64.const 0))))`

t.test('a command is started again behind each answer, in the thread that gave it', async (t) => {
  const module = buildCommand((text) => `${READ} ${say(text)}`)
  const policy = await compilePolicy('command', module)
  await using test = await startPool([policy])
  for (let request = 0; request < 3; request++) {
    t.match(await evaluate(test.pool, policy), { kind: 'answered', value: { allowed: true } })
    // at first there is another one, which the request made necessary
    t.ok(test.pool.stats.starting > 0, 'the thread is not idle yet')
    await until(() => test.pool.stats.starting === 0)
  }
  t.match(test.pool.stats, { idle: 2, busy: 0 })
  t.strictSame(test.ended, [])
})

t.test('another policy does not wait for a guest that is being started', async (t) => {
  const slow = await compilePolicy(
    'slow',
    buildCommand((text) => `(call $spin) ${READ} ${say(text)}`, `(func $spin ${spin(1_000_000_000n)})`),
  )
  await using test = await startPool([slow, accept])
  t.match(await evaluate(test.pool, slow), { kind: 'answered' })
  await until(() => test.pool.stats.idle > 0)
  for (let request = 0; request < 3; request++) t.match(await evaluate(test.pool, accept), { kind: 'answered' })
  t.match(test.pool.stats, { starting: 1 }, 'it is still being started')
  t.strictSame(test.ended, [])
})

t.test('a guest that does not come to its input is ended, and not started ahead again', async (t) => {
  // one start in two never ends
  const moody = (text: PlaceText) => `${draw}
    (if (i32.and (i32.load8_u (i32.const 16)) (i32.const 1)) (then (loop $forever (br $forever))))
    ${READ} ${say(text)}`
  const policy = await compilePolicy('moody', buildCommand(moody))
  await using test = await startPool([policy, accept])
  let late = 0
  const ask = async () => {
    const { kind } = await evaluate(test.pool, policy, { timeoutMs: 50 })
    if (kind === 'timed-out') late += 1
    await until(() => test.pool.stats.starting === 0)
  }
  const endedAhead = () => test.ended.length - late
  while (endedAhead() === 0) await ask()
  for (let request = 0; request < 10; request++) await ask()
  t.equal(endedAhead(), 1)
  t.match(await evaluate(test.pool, accept), { kind: 'answered', value: { allowed: true } })
})

t.test('a guest that ends without reading is started with each request', async (t) => {
  const hasty = await compilePolicy('hasty', buildCommand(say))
  await using test = await startPool([hasty])
  for (let request = 0; request < 3; request++) {
    t.match(await evaluate(test.pool, hasty), { kind: 'answered', value: { allowed: true } })
    await until(() => test.pool.stats.starting === 0)
  }
  t.match(await evaluate(test.pool, hasty), { kind: 'answered', value: { allowed: true } })
  t.match(test.pool.stats, { starting: 0 }, 'its thread was idle at once')
})

t.test('requests that wait go before guests that could be started', async (t) => {
  const policy = await compilePolicy(
    'echoes',
    buildCommand((text) => `${echo(2)} ${say(text)}`),
  )
  await using test = await startPool([policy], { queue: 100 })
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => evaluate(test.pool, policy)))
  for (const outcome of outcomes) t.match(outcome, { kind: 'answered', value: { allowed: true } })
  t.equal(test.logged.length, 50)
})
