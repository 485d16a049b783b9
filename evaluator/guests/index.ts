import type { ExecutionMode } from '../module/metadata.ts'
import type { GuestKind } from './guest.ts'
import { WAPC } from './wapc.ts'
import { WASI_COMMAND } from './wasi-command.ts'

const KINDS: ReadonlyMap<ExecutionMode, GuestKind> = new Map([
  ['kubewarden-wapc', WAPC],
  ['wasi', WASI_COMMAND],
])

/** The execution modes that can be served. */
export const SERVED_MODES: readonly ExecutionMode[] = [...KINDS.keys()]

/** How modules of an execution mode are called; undefined if that mode is not served. */
export function guestKindOf(mode: ExecutionMode): GuestKind | undefined {
  return KINDS.get(mode)
}
