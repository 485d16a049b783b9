import t from 'tap'
import { Pace } from '../../../shim/pool/pace.ts'
import { buildGuest, buildGuestFrom } from '../../helpers/guests.ts'
import { compilePolicy } from '../../helpers/policies.ts'

const { module } = await compilePolicy('accept', buildGuest('accept'))
const MINUTE_MS = 60_000

t.test('requests of a size that took too long rest, and larger ones; smaller ones go on', async (t) => {
  const pace = new Pace(module)
  pace.recordFailure(1000, 0)
  t.strictSame(
    [999, 1000, 1001].map((bytes) => pace.allows(bytes, 1)),
    [true, false, false],
  )
  t.ok(pace.allows(1000, MINUTE_MS), 'after a minute they are tried again')
  pace.recordFailure(1000, MINUTE_MS)
  t.notOk(pace.allows(1000, 2.5 * MINUTE_MS), 'and rest longer each time')
  t.ok(pace.allows(1000, 3 * MINUTE_MS))
})

t.test('a policy that is slow time and again rests, one that is slow at first or now and then does not', async (t) => {
  const pace = new Pace(module)
  for (let time = 0; time < 5; time++) pace.record(100, 0)
  for (let time = 0; time < 100; time++) for (const tookMs of [0.1, 5]) pace.record(tookMs, 0)
  t.ok(pace.allows(10, 1))
  for (let time = 0; time < 20 && pace.allows(10, 0); time++) pace.record(3, 0)
  t.notOk(pace.allows(10, 1))
  t.ok(pace.allows(10, MINUTE_MS))
})

t.test('long requests are never taken', async (t) => {
  t.notOk(new Pace(module).allows(64 * 1024 + 1, 0))
})

t.test('nor are guests that cannot be put back, that could sleep, or that hold much memory', async (t) => {
  const guestWith = (fields: string) =>
    buildGuestFrom(`(module ${fields} (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0)))`)
  const refused = [
    buildGuest('leaky'),
    guestWith(
      '(import "wasi_snapshot_preview1" "poll_oneoff" (func (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1)',
    ),
    guestWith('(memory (export "memory") 65)'),
  ]
  for (const guest of refused) {
    const policy = await compilePolicy('guest', guest)
    t.notOk(new Pace(policy.module).allows(10, 0))
  }
})
