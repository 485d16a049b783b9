import { BlockMarks } from '../instances/block-marks.ts'
import type { RestorableState } from '../module/policy-module.ts'
import type { GuestState } from './guest.ts'
import type { KeptMemory } from './guest-memory.ts'

type Exports = Readonly<Record<string, unknown>>

/** What the memory of an instance of a restorable module has beside it. */
export function keptMemoryOf(exports: Exports, { pages, marks }: RestorableState): KeptMemory {
  return {
    pages: exports[pages] as WebAssembly.Global,
    marks: new BlockMarks(exports[marks] as WebAssembly.Memory),
  }
}

/** What an instance of a restorable module can change. */
export function guestStateOf(
  exports: Exports,
  { globals, fuel }: RestorableState,
  rest: Pick<GuestState, 'memory' | 'marks' | 'sparePages'>,
): GuestState {
  const globalOf = (name: string) => exports[name] as WebAssembly.Global
  return { ...rest, globals: globals.map(globalOf), fuel: globalOf(fuel) }
}
