import * as fc from 'fast-check'
import t from 'tap'
import { GuestFailure } from '../../../evaluator/guests/guest.ts'
import { GuestMemory } from '../../../evaluator/guests/guest-memory.ts'
import { StandardStreams } from '../../../evaluator/wasi/standard-streams.ts'
import { createWasi } from '../../../evaluator/wasi/wasi.ts'
import { WASI_VERSIONS, type WasiVersion } from '../../helpers/wasi-guest.ts'
import { compileWat } from '../../helpers/wat.ts'

const [SUCCESS, BADF, INVAL, NOSYS, NOTDIR, NOTSOCK, NOTSUP, SPIPE] = [0, 8, 28, 52, 54, 57, 58, 70]

type Argument = number | bigint

/** A function of the interface: its type, and what it answers, be it to everybody or by descriptor. */
interface Case {
  readonly type: string
  /** The arguments; `FD` stands for the descriptor. */
  readonly args: readonly (Argument | typeof FD)[]
  readonly answers: number | { readonly stream: number; readonly none: number }
}

const FD = Symbol('the descriptor')
const I = 'i32'
const L = 'i64'

// A place to read from and to write to; the memory is zeroes.
const AT = 256

function on(types: readonly string[], args: readonly (Argument | typeof FD)[], stream: number): Case {
  return { type: types.join(' '), args, answers: { stream, none: BADF } }
}

function plain(types: readonly string[], args: readonly Argument[], answers: number): Case {
  return { type: types.join(' '), args, answers }
}

// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#functions
const CASES: Readonly<Record<string, Case>> = {
  args_get: plain([I, I], [AT, AT], SUCCESS),
  args_sizes_get: plain([I, I], [AT, AT], SUCCESS),
  environ_get: plain([I, I], [AT, AT], SUCCESS),
  environ_sizes_get: plain([I, I], [AT, AT], SUCCESS),
  clock_res_get: plain([I, I], [0, AT], SUCCESS),
  clock_time_get: plain([I, L, I], [0, 1n, AT], SUCCESS),
  fd_advise: on([I, L, L, I], [FD, 0n, 0n, 0], SPIPE),
  fd_allocate: on([I, L, L], [FD, 0n, 1n], NOTSUP),
  fd_close: on([I], [FD], SUCCESS),
  fd_datasync: on([I], [FD], SUCCESS),
  fd_fdstat_get: on([I, I], [FD, AT], SUCCESS),
  fd_fdstat_set_flags: on([I, I], [FD, 0], SUCCESS),
  fd_fdstat_set_rights: on([I, L, L], [FD, 0n, 0n], NOTSUP),
  fd_filestat_get: on([I, I], [FD, AT], SUCCESS),
  fd_filestat_set_size: on([I, L], [FD, 0n], INVAL),
  fd_filestat_set_times: on([I, L, L, I], [FD, 0n, 0n, 0], NOTSUP),
  fd_pread: on([I, I, I, L, I], [FD, AT, 1, 0n, AT], SPIPE),
  fd_prestat_get: on([I, I], [FD, AT], BADF),
  fd_prestat_dir_name: on([I, I, I], [FD, AT, 8], BADF),
  fd_pwrite: on([I, I, I, L, I], [FD, AT, 1, 0n, AT], SPIPE),
  fd_read: on([I, I, I, I], [FD, AT, 1, AT], SUCCESS),
  fd_readdir: on([I, I, I, L, I], [FD, AT, 8, 0n, AT], NOTDIR),
  fd_renumber: on([I, I], [FD, FD], SUCCESS),
  fd_seek: on([I, L, I, I], [FD, 0n, 0, AT], SPIPE),
  fd_sync: on([I], [FD], SUCCESS),
  fd_tell: on([I, I], [FD, AT], SPIPE),
  fd_write: on([I, I, I, I], [FD, AT, 1, AT], SUCCESS),
  path_create_directory: on([I, I, I], [FD, AT, 1], NOTDIR),
  path_filestat_get: on([I, I, I, I, I], [FD, 0, AT, 1, AT], NOTDIR),
  path_filestat_set_times: on([I, I, I, I, L, L, I], [FD, 0, AT, 1, 0n, 0n, 0], NOTDIR),
  path_link: on([I, I, I, I, I, I, I], [FD, 0, AT, 1, FD, AT, 1], NOTDIR),
  path_open: on([I, I, I, I, I, L, L, I, I], [FD, 0, AT, 1, 0, 0n, 0n, 0, AT], NOTDIR),
  path_readlink: on([I, I, I, I, I, I], [FD, AT, 1, AT, 8, AT], NOTDIR),
  path_remove_directory: on([I, I, I], [FD, AT, 1], NOTDIR),
  path_rename: on([I, I, I, I, I, I], [FD, AT, 1, FD, AT, 1], NOTDIR),
  path_symlink: on([I, I, I, I, I], [AT, 1, FD, AT, 1], NOTDIR),
  path_unlink_file: on([I, I, I], [FD, AT, 1], NOTDIR),
  poll_oneoff: plain([I, I, I, I], [AT, 4096, 1, AT], SUCCESS),
  proc_raise: plain([I], [9], NOSYS),
  sched_yield: plain([], [], SUCCESS),
  random_get: plain([I, I], [AT, 8], SUCCESS),
  sock_accept: on([I, I, I], [FD, 0, AT], NOTSOCK),
  sock_recv: on([I, I, I, I, I, I], [FD, AT, 1, 0, AT, AT], NOTSOCK),
  sock_send: on([I, I, I, I, I], [FD, AT, 1, 0, AT], NOTSOCK),
  sock_shutdown: on([I, I], [FD, 0], NOTSOCK),
}

/** A real guest: a module that imports every function under its type, and lets it be called through WebAssembly. */
function instantiate(version: WasiVersion) {
  const imports = Object.entries(CASES).map(
    ([name, { type }]) =>
      `(import "${version}" "${name}" (func $${name} ${type && `(param ${type})`} (result i32)))(export "${name}" (func $${name}))`,
  )
  const text = `(module ${imports.join('\n')}
    (import "${version}" "proc_exit" (func $exit (param i32))) (export "proc_exit" (func $exit))
    (memory (export "memory") 1))`
  const memory = new GuestMemory()
  const wasi = createWasi(memory, new StandardStreams(() => {}))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(compileWat('all.wat', text)), wasi)
  memory.attach(instance.exports['memory'] as WebAssembly.Memory)
  const functions = instance.exports as Record<string, (...args: readonly Argument[]) => number>
  return (name: string, args: Case['args'], fd = 0) =>
    functions[name]?.(...args.map((argument) => (typeof argument === 'symbol' ? fd : argument)))
}

for (const version of WASI_VERSIONS) {
  t.test(`${version}: each function answers a guest that imports it under its type`, async (t) => {
    t.equal(Object.keys(CASES).length + 1, 46)
    for (const [name, { args, answers }] of Object.entries(CASES)) {
      if (typeof answers === 'number') {
        t.equal(instantiate(version)(name, args), answers, name)
        continue
      }
      const stream = name === 'fd_write' ? 1 : 0
      t.equal(instantiate(version)(name, args, stream), answers.stream, `${name} of a standard stream`)
      for (const fd of [3, 100, -1]) t.equal(instantiate(version)(name, args, fd), answers.none, `${name} of ${fd}`)
    }
  })

  t.test(`${version}: whatever a guest passes, it hears an error number, or is stopped by name`, async (t) => {
    const number = fc.oneof(
      fc.integer(),
      fc.nat(300),
      fc.constantFrom(0, 1, 2),
      fc.constantFrom(65_528, 65_532, 65_536, -1),
    )
    // a poll may sleep for as long as the guest likes, which is for the deadline to end
    const names = Object.keys(CASES).filter((name) => name !== 'poll_oneoff')
    const step = fc.record({
      name: fc.constantFrom(...names),
      numbers: fc.array(number, { minLength: 9, maxLength: 9 }),
    })
    const heard = new Set<unknown>()
    await fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const call = instantiate(version)
        return steps.every(({ name, numbers }) => {
          const types = CASES[name]?.type.split(' ') ?? []
          const args = numbers.map((value, index) => (types[index] === L ? BigInt(value) : value))
          try {
            const errno = call(name, args)
            heard.add(errno)
            return typeof errno === 'number' && errno >= 0 && errno <= 76
          } catch (error) {
            return error instanceof GuestFailure
          }
        })
      }),
      { numRuns: 200 },
    )
    t.ok([SUCCESS, BADF, NOTDIR, NOTSOCK, SPIPE].every((errno) => heard.has(errno)))
  })

  t.test(`${version}: an exit passes through the guest`, async (t) => {
    t.throws(() => instantiate(version)('proc_exit', [3]), { name: 'GuestExit', code: 3 })
  })
}
