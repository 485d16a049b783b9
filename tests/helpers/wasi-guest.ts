import { GuestMemory } from '../../evaluator/guests/guest-memory.ts'
import { StandardStreams } from '../../evaluator/wasi/standard-streams.ts'
import { createWasi } from '../../evaluator/wasi/wasi.ts'

export const WASI_VERSIONS = ['wasi_snapshot_preview1', 'wasi_unstable'] as const
export type WasiVersion = (typeof WASI_VERSIONS)[number]

/** What a guest sees of WASI: the functions, called by name, and a memory of one page that may grow to two. */
export function createWasiGuest(version: WasiVersion = 'wasi_snapshot_preview1') {
  const pages = new WebAssembly.Memory({ initial: 1, maximum: 2 })
  const memory = new GuestMemory()
  memory.attach(pages)
  const lines: string[] = []
  const streams = new StandardStreams((line) => lines.push(line))
  const functions = createWasi(memory, streams)[version] as Record<string, (...args: (number | bigint)[]) => number>
  const call = (name: string, ...args: (number | bigint)[]) => functions[name]?.(...args)
  const view = () => new DataView(pages.buffer)
  return { pages, memory, lines, streams, functions, call, view }
}
