import type { ExecutionMode } from '../module/metadata.ts'
import type { GuestKind } from './guest.ts'
import { GATEKEEPER } from './rego/gatekeeper.ts'
import { OPA } from './rego/opa.ts'
import { WAPC } from './wapc.ts'
import { WASI_COMMAND } from './wasi-command.ts'

/** How modules of each execution mode are called. */
export const GUEST_KINDS: Readonly<Record<ExecutionMode, GuestKind>> = {
  'kubewarden-wapc': WAPC,
  wasi: WASI_COMMAND,
  opa: OPA,
  gatekeeper: GATEKEEPER,
}
