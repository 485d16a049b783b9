import { loadModule } from '../../util/load-module.ts'
import type { ExecutionMode } from '../module/metadata.ts'
import type { GuestKind } from './guest.ts'
import { WAPC } from './wapc.ts'

/**
 * How modules of each execution mode are called. Most are of the first; the others are loaded when they are asked for:
 * Rego's built-in functions alone take longer to load than a small policy to answer.
 */
export const GUEST_KINDS: Readonly<Record<ExecutionMode, GuestKind>> = {
  'kubewarden-wapc': WAPC,
  get wasi() {
    return loadModule<typeof import('./wasi-command.ts')>('evaluator/guests/wasi-command').WASI_COMMAND
  },
  get opa() {
    return loadModule<typeof import('./rego/opa.ts')>('evaluator/guests/rego/opa').OPA
  },
  get gatekeeper() {
    return loadModule<typeof import('./rego/gatekeeper.ts')>('evaluator/guests/rego/gatekeeper').GATEKEEPER
  },
}

/** Loads what modules of these modes will need, so that no request waits for it. */
export function loadGuestKinds(modes: Iterable<ExecutionMode>): void {
  for (const mode of modes) void GUEST_KINDS[mode]
}
