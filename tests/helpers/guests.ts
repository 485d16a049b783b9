import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { embedMetadata } from '../../evaluator/module/metadata-section.ts'
import { packageRoot } from '../../util/package-root.ts'
import { compileWat, watString } from './wat.ts'

/** A guest in `tests/fixtures/guests/<name>.wat`; its first line says what it does. */
export type GuestName =
  | 'accept'
  | 'deny'
  | 'deny-settings'
  | 'echo'
  | 'garbage'
  | 'garbage-verdict'
  | 'host-call'
  | 'leaky'
  | 'leaky-command'
  | 'leaky-memory'
  | 'leaky-memory-command'
  | 'loop'
  | 'memory-bomb'
  | 'mutate'
  | 'obedient'
  | 'stack-overflow'
  | 'starters'
  | 'touch'
  | 'trap'
  | 'wrong-pointers'

/** The least that a policy server wants to read. */
export const MINIMAL_METADATA = { protocolVersion: 'v1', mutating: false, executionMode: 'kubewarden-wapc' }

/** Builds a guest with metadata; `null` leaves the module un-annotated. */
export function buildGuest(name: GuestName, metadata: object | null = MINIMAL_METADATA): Uint8Array<ArrayBuffer> {
  const path = join(packageRoot(), 'tests/fixtures/guests', `${name}.wat`)
  return annotate(compileWat(`${name}.wat`, readFileSync(path, 'utf8')), metadata)
}

/** Builds a guest that gives this answer to every call, whatever it is. */
export function buildAnsweringGuest(
  answer: string,
  metadata: object | null = MINIMAL_METADATA,
  { minPages = 1 } = {},
): Uint8Array<ArrayBuffer> {
  const length = new TextEncoder().encode(answer).length
  const pages = Math.max(minPages, Math.ceil(length / 65_536))
  const text = `(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (memory (export "memory") ${pages})
    (data (i32.const 0) ${watString(answer)})
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $respond (i32.const 0) (i32.const ${length}))
      (i32.const 1)))`
  return annotate(compileWat('answer.wat', text), metadata)
}

/** Builds a guest from WebAssembly text. */
export function buildGuestFrom(text: string, metadata: object | null = MINIMAL_METADATA): Uint8Array<ArrayBuffer> {
  return annotate(compileWat('guest.wat', text), metadata)
}

function annotate(module: Uint8Array<ArrayBuffer>, metadata: object | null): Uint8Array<ArrayBuffer> {
  return metadata === null ? module : embedMetadata(module, metadata)
}
