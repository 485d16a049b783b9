import { buildGuestFrom } from './guests.ts'
import { watString } from './wat.ts'

/** Registers a text in the guest's memory, and gives its place and length as two operands. */
export type PlaceText = (text: string) => string

export interface WapcGuestParts {
  /** What `__guest_call` does, and leaves: an i32. `$operation` and `$payload` are the lengths that it is told. */
  readonly call: (place: PlaceText) => string
  /** More functions, starters for example. */
  readonly more?: (place: PlaceText) => string
}

/**
 * Builds a waPC guest. Its code may call the nine imports (`$request`, `$respond`, `$error`, `$host`, `$response-length`,
 * `$response`, `$error-length`, `$host-error`, `$log`) and `$exit`; `$say` (place, length) and `$say-number` gather what it
 * has to say, `$tell` reports that as its error and leaves 0.
 */
export function buildWapcGuest({ call, more = () => '' }: WapcGuestParts): Uint8Array<ArrayBuffer> {
  const segments: string[] = []
  let end = 1024
  const place: PlaceText = (text) => {
    const [at, length] = [end, Buffer.byteLength(text)]
    segments.push(`(data (i32.const ${at}) ${watString(text)})`)
    end += length
    return `(i32.const ${at}) (i32.const ${length})`
  }
  const code = `${more(place)}
    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32) ${call(place)})`
  return buildGuestFrom(`(module ${IMPORTS} ${segments.join('\n')} ${FUNCTIONS} ${code})`)
}

/** The text as what a guest accepts a request and its settings with, and the 1 that it leaves. */
export const accept = (place: PlaceText) => `(call $respond ${place('{"accepted":true,"valid":true}')}) (i32.const 1)`

/** Code that calls the host, and says what that returned. */
export function callHost(
  place: PlaceText,
  ...call: [binding: string, namespace: string, operation: string, payload: string]
) {
  return `(call $say-number (call $host ${call.map(place).join(' ')}))`
}

/** The nine functions of waPC with their types, but for the parentheses. https://wapc.io/docs/spec/ */
export const WAPC_TYPES: Readonly<Record<string, string>> = {
  __guest_request: '(param i32 i32)',
  __guest_response: '(param i32 i32)',
  __guest_error: '(param i32 i32)',
  __host_call: '(param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)',
  __host_response_len: '(result i32)',
  __host_response: '(param i32)',
  __host_error_len: '(result i32)',
  __host_error: '(param i32)',
  __console_log: '(param i32 i32)',
}

const NAMES: Readonly<Record<string, string>> = {
  __guest_request: '$request',
  __guest_response: '$respond',
  __guest_error: '$error',
  __host_call: '$host',
  __host_response_len: '$response-length',
  __host_response: '$response',
  __host_error_len: '$error-length',
  __host_error: '$host-error',
  __console_log: '$log',
}

const IMPORTS = `
  ${Object.entries(WAPC_TYPES)
    .map(([name, type]) => `(import "wapc" "${name}" (func ${NAMES[name]} ${type}))`)
    .join('\n')}
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 4)
  (global $said (mut i32) (i32.const 0))`

const FUNCTIONS = `
  (func $say (param $at i32) (param $length i32)
    (memory.copy (i32.add (i32.const 131072) (global.get $said)) (local.get $at) (local.get $length))
    (global.set $said (i32.add (global.get $said) (local.get $length))))
  (func $say-number (param $number i32)
    (if (i32.ge_u (local.get $number) (i32.const 10))
      (then (call $say-number (i32.div_u (local.get $number) (i32.const 10)))))
    (i32.store8 (i32.const 512) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
    (call $say (i32.const 512) (i32.const 1)))
  (func $tell (result i32)
    (call $error (i32.const 131072) (global.get $said))
    (i32.const 0))`
