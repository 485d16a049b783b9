import { embedMetadata } from '../../evaluator/module/metadata-section.ts'
import { compileWat, watString } from './wat.ts'

/** A module with the interface of those that OPA compiles, its insides made by hand. */
export interface OpaGuest {
  /** What `eval` does; it may call `$abort`, `$println` and `$builtin1` with the places that `text` gives. */
  readonly eval?: (text: (text: string) => string) => string
  /** The built-ins that it declares, as JSON. */
  readonly builtins?: string
  /** The JSON that it gives as the result. */
  readonly result?: string
  readonly major?: number
  /** Of its memory. */
  readonly pages?: number
  /** Functions to leave out. */
  readonly without?: readonly string[]
  /** More of the module. */
  readonly more?: string
  readonly executionMode?: 'opa' | 'gatekeeper'
}

const ALLOWED = '[{"result":{"response":{"allowed":true}}}]'

// A value is the place of its text, so that to dump it is to give it back.
export function buildOpaGuest(guest: OpaGuest): Uint8Array<ArrayBuffer> {
  const {
    builtins = '{}',
    result = ALLOWED,
    major = 1,
    pages = 2,
    without = [],
    more = '',
    executionMode = 'opa',
  } = guest
  const segments: string[] = []
  let end = 1024
  const place = (text: string) => {
    segments.push(`(data (i32.const ${end}) ${watString(`${text}\0`)})`)
    const at = end
    end += Buffer.byteLength(text) + 1
    return `(i32.const ${at})`
  }
  const functions = {
    builtins: `(result i32) ${place(builtins)}`,
    opa_malloc: `(param $size i32) (result i32) (local $at i32)
      (local.set $at (global.get $heap))
      (global.set $heap (i32.add (global.get $heap) (local.get $size)))
      (local.get $at)`,
    opa_json_parse: '(param $at i32) (param i32) (result i32) (local.get $at)',
    opa_json_dump: '(param $value i32) (result i32) (local.get $value)',
    opa_heap_ptr_get: '(result i32) (global.get $heap)',
    opa_heap_ptr_set: '(param $at i32) (global.set $heap (local.get $at))',
    opa_eval_ctx_new: '(result i32) (i32.const 16)',
    opa_eval_ctx_set_input: '(param i32 i32)',
    opa_eval_ctx_set_data: '(param i32 i32)',
    opa_eval_ctx_get_result: `(param i32) (result i32) ${place(result)}`,
    eval: `(param i32) (result i32) ${guest.eval?.(place) ?? ''} (i32.const 0)`,
  }
  const exported = Object.entries(functions)
    .filter(([name]) => !without.includes(name))
    .map(([name, body]) => `(func (export "${name}") ${body})`)
  const wat = `(module
    (import "env" "opa_abort" (func $abort (param i32)))
    (import "env" "opa_println" (func $println (param i32)))
    (import "env" "opa_builtin1" (func $builtin1 (param i32 i32 i32) (result i32)))
    ${without.includes('memory') ? `(memory ${pages})` : `(import "env" "memory" (memory ${pages}))`}
    (global $heap (mut i32) (i32.const ${(pages - 1) * 65_536}))
    (global (export "opa_wasm_abi_version") i32 (i32.const ${major}))
    (global (export "opa_wasm_abi_minor_version") i32 (i32.const 1))
    ${segments.join('\n')} ${exported.join('\n')} ${more})`
  return embedMetadata(compileWat('opa-guest', wat), { mutating: true, executionMode })
}
