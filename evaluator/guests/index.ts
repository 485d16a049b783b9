import type { ExecutionMode } from '../module/execution-modes.ts'
import type { GuestKind } from './guest.ts'
import { WAPC } from './wapc.ts'

type Loader = () => Promise<GuestKind>

/**
 * How modules of each execution mode are called. Most are of the first; the others are loaded when a module is one of them:
 * Rego's built-in functions alone take longer to load than a small policy to answer.
 */
const LOADERS: Readonly<Record<ExecutionMode, Loader>> = {
  'kubewarden-wapc': async () => WAPC,
  wasi: async () => (await import('./wasi-command.ts')).WASI_COMMAND,
  opa: async () => (await import('./rego/opa.ts')).OPA,
  gatekeeper: async () => (await import('./rego/gatekeeper.ts')).GATEKEEPER,
}

/** Those whose guests can be started ahead of their requests. */
export const STARTABLE_MODES: ReadonlySet<ExecutionMode> = new Set(['wasi'])

const loaded = new Map<ExecutionMode, GuestKind>([['kubewarden-wapc', WAPC]])

/** How modules of a mode are called; in this thread it is known from now on. */
export async function loadGuestKind(mode: ExecutionMode): Promise<GuestKind> {
  const kind = loaded.get(mode) ?? (await LOADERS[mode]())
  loaded.set(mode, kind)
  return kind
}

/** Loads what this thread does not know yet of these modes; undefined if it knows them all. */
export function loadGuestKinds(modes: Iterable<ExecutionMode>): Promise<unknown> | undefined {
  const missing = [...new Set(modes)].filter((mode) => !loaded.has(mode))
  return missing.length === 0 ? undefined : Promise.all(missing.map(loadGuestKind))
}

/** How modules of a mode are called, for code that cannot wait. @throws Error if this thread has not loaded it */
export function guestKindOf(mode: ExecutionMode): GuestKind {
  const kind = loaded.get(mode)
  if (kind === undefined) throw new Error(`execution mode ${mode} is not loaded`)
  return kind
}
