import t from 'tap'
import { GuestFailure } from '../../../evaluator/guests/guest.ts'
import { GuestExit } from '../../../evaluator/wasi/wasi.ts'
import { createWasiGuest, WASI_VERSIONS } from '../../helpers/wasi-guest.ts'

// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#functions
const FUNCTIONS = `args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get fd_advise
  fd_allocate fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get
  fd_filestat_set_size fd_filestat_set_times fd_pread fd_prestat_get fd_prestat_dir_name fd_pwrite fd_read fd_readdir
  fd_renumber fd_seek fd_sync fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link
  path_open path_readlink path_remove_directory path_rename path_symlink path_unlink_file poll_oneoff proc_exit
  proc_raise sched_yield random_get sock_accept sock_recv sock_send sock_shutdown`.split(/\s+/)

const [SUCCESS, INVAL, NOSYS] = [0, 28, 52]

t.test('both versions of the interface are whole', async (t) => {
  for (const version of WASI_VERSIONS) {
    t.strictSame(Object.keys(createWasiGuest(version).functions).sort(), [...FUNCTIONS].sort())
  }
})

t.test('there are no arguments and no environment', async (t) => {
  for (const name of ['args', 'environ']) {
    const { call, view } = createWasiGuest()
    view().setBigUint64(0, -1n & 0xffffffffffffffffn, true)
    t.equal(call(`${name}_sizes_get`, 0, 4), SUCCESS)
    t.equal(view().getBigUint64(0, true), 0n)
    t.equal(call(`${name}_get`, 0, 4), SUCCESS)
  }
})

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
