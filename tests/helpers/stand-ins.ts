import { buildGuestFrom } from './guests.ts'
import { WAPC_TYPES } from './wapc-guest.ts'
import { watString } from './wat.ts'

/** What is known of the modules that a compiler makes which cannot be had here. */
export interface CompiledShape {
  /** Names of the WASI functions that they import, from the module `wasi`. */
  readonly imports: readonly string[]
  readonly wasi?: 'wasi_snapshot_preview1' | 'wasi_unstable'
  readonly wapc: readonly string[]
  readonly starter: '_start' | 'wapc_init'
  /** Their start-up code ends by `proc_exit(0)`. */
  readonly exits?: boolean
  /** Functions that they export besides. */
  readonly exports?: readonly string[]
}

const HELLO = 'hello'
const ANSWER = '{"accepted":true,"valid":true}'

/**
 * A guest with exactly these imports and exports. Its start-up code calls every WASI function that it imports; asked, it
 * prints a line if it can, and accepts if it has been started.
 */
export function buildStandIn({ imports, wasi = 'wasi_snapshot_preview1', wapc, ...shape }: CompiledShape): Uint8Array {
  const calls = imports
    .filter((name) => name !== 'proc_exit')
    .map((name) => `(drop (call $${name} ${argumentsOf(name)}))`)
  const exit = shape.exits ? '(call $proc_exit (i32.const 0)) (unreachable)' : ''
  const print = imports.includes('fd_write')
    ? '(drop (call $fd_write (i32.const 1) (i32.const 8200) (i32.const 1) (i32.const 8208)))'
    : ''
  return buildGuestFrom(`(module
    ${wapc.map((name) => `(import "wapc" "${name}" (func $${name} ${WAPC_TYPES[name]}))`).join('\n')}
    ${imports.map((name) => `(import "${wasi}" "${name}" (func $${name} ${typeOf(name)}))`).join('\n')}
    (memory (export "memory") 1)
    (data (i32.const 8192) "${HELLO}\\n") (data (i32.const 8200) "\\00\\20\\00\\00\\06\\00\\00\\00")
    (data (i32.const 8300) ${watString(ANSWER)})
    (global $started (mut i32) (i32.const 0))
    (func (export "${shape.starter}") (global.set $started (i32.const 1)) ${calls.join(' ')} ${exit})
    ${(shape.exports ?? []).map((name) => `(func (export "${name}") (unreachable))`).join('\n')}
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $__guest_request (i32.const 9000) (i32.const 9100))
      ${print}
      (call $__guest_response (i32.const 8300) (i32.const ${ANSWER.length}))
      (global.get $started)))`)
}

// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#functions
const PARAMETERS: Readonly<Record<string, string>> = {
  args_get: 'i32 i32',
  args_sizes_get: 'i32 i32',
  clock_time_get: 'i32 i64 i32',
  environ_get: 'i32 i32',
  environ_sizes_get: 'i32 i32',
  fd_close: 'i32',
  fd_fdstat_get: 'i32 i32',
  fd_fdstat_set_flags: 'i32 i32',
  fd_filestat_get: 'i32 i32',
  fd_prestat_dir_name: 'i32 i32 i32',
  fd_prestat_get: 'i32 i32',
  fd_read: 'i32 i32 i32 i32',
  fd_readdir: 'i32 i32 i32 i64 i32',
  fd_seek: 'i32 i64 i32 i32',
  fd_write: 'i32 i32 i32 i32',
  path_create_directory: 'i32 i32 i32',
  path_filestat_get: 'i32 i32 i32 i32 i32',
  path_open: 'i32 i32 i32 i32 i32 i64 i64 i32 i32',
  path_remove_directory: 'i32 i32 i32',
  path_unlink_file: 'i32 i32 i32',
  poll_oneoff: 'i32 i32 i32 i32',
  proc_exit: 'i32',
  random_get: 'i32 i32',
  sched_yield: '',
}

function typeOf(name: string): string {
  const parameters = PARAMETERS[name]
  if (parameters === undefined) throw new Error(`write down the type of ${name}`)
  return `(param ${parameters}) ${name === 'proc_exit' ? '' : '(result i32)'}`
}

// A place in memory, a short length, and a file that is not open, all in one.
const argumentsOf = (name: string) => (PARAMETERS[name] ?? '').replace(/i32|i64/g, (type) => `(${type}.const 64)`)
