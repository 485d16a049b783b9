import type { RestorableState } from '../module/policy-module.ts'
import type { GuestState } from './guest.ts'

/** What an instance of a restorable module can change. */
export function guestStateOf(
  exports: Readonly<Record<string, unknown>>,
  { globals, fuel }: RestorableState,
  rest: Pick<GuestState, 'memory' | 'sparePages'>,
): GuestState {
  const globalOf = (name: string) => exports[name] as WebAssembly.Global
  return { ...rest, globals: globals.map(globalOf), fuel: globalOf(fuel) }
}
