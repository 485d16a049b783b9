import { buildGuestFrom } from './guests.ts'
import { watString } from './wat.ts'

export const WASI_METADATA = { mutating: false, executionMode: 'wasi' }

/** Registers a text in the guest's memory, and gives its place and length as two operands. */
export type PlaceText = (text: string) => string

const INPUT_AT = 65_536

/**
 * Builds a WASI command whose `_start` is this code. It may call `$print` (descriptor, place, length), `$read` (place →
 * length; reads standard input until it ends), `$exit` (code), `$clock`, `$random`, and `$host` and `$javy`, the host call by its two names.
 */
export function buildCommand(code: (text: PlaceText) => string, more = ''): Uint8Array<ArrayBuffer> {
  const segments: string[] = []
  let end = 1024
  const place: PlaceText = (text) => {
    const [at, length] = [end, Buffer.byteLength(text)]
    segments.push(`(data (i32.const ${at}) ${watString(text)})`)
    end += length
    return `(i32.const ${at}) (i32.const ${length})`
  }
  const start = code(place)
  return buildGuestFrom(
    `(module ${IMPORTS} ${segments.join('\n')} ${FUNCTIONS} ${more}
    (func (export "_start") (local $length i32) (local $code i32) ${start}))`,
    WASI_METADATA,
  )
}

/** Code that answers with this text. */
export const answer = (text: string) => (place: PlaceText) => `(call $print (i32.const 1) ${place(text)})`

/** Code that calls the host by one of the two names, and leaves in $code what that returned. */
export function callHost(place: PlaceText, name: '$host' | '$javy', call: readonly [string, string, string, string]) {
  return `(local.set $code (call ${name} ${call.map(place).join(' ')}))`
}

/** Code that reads the input to its end and writes it to a descriptor. */
export const echo = (fd: number) =>
  `(local.set $length (call $read (i32.const ${INPUT_AT})))
   (call $print (i32.const ${fd}) (i32.const ${INPUT_AT}) (local.get $length))`

const IMPORTS = `
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "host" "call" (func $host (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "kubewarden:javy/host" "call" (func $javy (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)`

const FUNCTIONS = `
  (func $print (param $fd i32) (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $read (param $at i32) (result i32)
    (local $total i32)
    (loop $more
      (i32.store (i32.const 0) (i32.add (local.get $at) (local.get $total)))
      (i32.store (i32.const 4) (i32.const 1000))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (local.set $total (i32.add (local.get $total) (i32.load (i32.const 8))))
      (br_if $more (i32.load (i32.const 8))))
    (local.get $total))`
