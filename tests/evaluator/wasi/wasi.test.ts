import t from 'tap'
import { GuestFailure } from '../../../evaluator/guests/guest.ts'
import { GuestExit } from '../../../evaluator/wasi/wasi.ts'
import { createWasiGuest } from '../../helpers/wasi-guest.ts'

const [SUCCESS, INVAL, NOSYS] = [0, 28, 52]

t.test('two clocks run; those of processes do not exist', async (t) => {
  const { call, view } = createWasiGuest()
  const before = BigInt(Date.now()) * 1_000_000n
  t.equal(call('clock_time_get', 0, 0n, 0), SUCCESS)
  t.ok(view().getBigUint64(0, true) >= before)
  t.equal(call('clock_time_get', 1, 0n, 0), SUCCESS)
  const first = view().getBigUint64(0, true)
  call('clock_time_get', 1, 0n, 0)
  t.ok(view().getBigUint64(0, true) >= first)
  for (const clock of [0, 1]) t.equal(call('clock_res_get', clock, 0), SUCCESS)
  for (const clock of [2, 3, 9, -1]) {
    t.equal(call('clock_time_get', clock, 0n, 0), INVAL)
    t.equal(call('clock_res_get', clock, 0), INVAL)
  }
})

t.test('random bytes fill what was asked for, and no more', async (t) => {
  const { call, pages } = createWasiGuest()
  t.equal(call('random_get', 16, 32_768), SUCCESS)
  const bytes = new Uint8Array(pages.buffer)
  t.ok(new Set(bytes.subarray(16, 32_784)).size > 200)
  t.ok(bytes.subarray(0, 16).every((byte) => byte === 0) && bytes.subarray(32_784).every((byte) => byte === 0))
})

t.test('an exit is thrown with its code, since nothing may run after it', async (t) => {
  const { call } = createWasiGuest()
  t.throws(() => call('proc_exit', 3), { name: 'GuestExit', code: 3, message: 'guest exited with code 3' })
  t.throws(() => call('proc_exit', 0), GuestExit)
  t.equal(call('proc_raise', 9), NOSYS)
  t.equal(call('sched_yield'), SUCCESS)
})

t.test('pointers outside the memory are a failure of the guest', async (t) => {
  const { call } = createWasiGuest()
  const calls: [name: string, ...args: (number | bigint)[]][] = [
    ['random_get', 65_530, 7],
    ['random_get', -1, 1],
    ['random_get', 0, -1],
    ['clock_time_get', 0, 0n, 65_529],
    ['args_sizes_get', 65_533, 0],
    ['fd_write', 1, 65_529, 1, 0],
    ['fd_write', 1, 0, 536_870_913, 512],
    ['fd_read', 0, 0, 0, 65_533],
    ['fd_filestat_get', 1, 65_500],
    ['poll_oneoff', 65_500, 0, 1, 0],
  ]
  for (const [name, ...args] of calls) t.throws(() => call(name, ...args), GuestFailure, `${name} ${args}`)
})

t.test('memory that has grown is reached', async (t) => {
  const { call, pages } = createWasiGuest()
  t.throws(() => call('random_get', 70_000, 8), GuestFailure)
  pages.grow(1)
  t.equal(call('random_get', 70_000, 8), SUCCESS)
})
