import type { RestorableState } from '../module/policy-module.ts'
import type { GuestState } from './guest.ts'

/** What an instance of a restorable module can change. */
export function guestStateOf(
  exports: Readonly<Record<string, unknown>>,
  { globals }: RestorableState,
  rest: Pick<GuestState, 'memory' | 'sparePages'>,
): GuestState {
  return { ...rest, globals: globals.map((name) => exports[name] as WebAssembly.Global) }
}
