import { GuestMemory } from '../../evaluator/guests/guest-memory.ts'
import { InputQueue } from '../../evaluator/wasi/input-queue.ts'
import { StandardStreams } from '../../evaluator/wasi/standard-streams.ts'
import { createWasi } from '../../evaluator/wasi/wasi.ts'
import type { World } from '../../evaluator/wasi/world.ts'

export const WASI_VERSIONS = ['wasi_snapshot_preview1', 'wasi_unstable'] as const
export type WasiVersion = (typeof WASI_VERSIONS)[number]

/** What a guest sees of WASI: the functions, called by name, and a memory of one page that may grow to two. */
export function createWasiGuest(version: WasiVersion = 'wasi_snapshot_preview1', world: Partial<World> = {}) {
  const pages = new WebAssembly.Memory({ initial: 1, maximum: 2 })
  const memory = new GuestMemory()
  memory.attach(pages)
  const lines: string[] = []
  const streams = new StandardStreams((line) => lines.push(line))
  const { argv, stdin, stdout, stderr } = streams
  const imports = createWasi(memory, { argv, stdin, stdout, stderr, ...world })
  const functions = imports[version] as Record<string, (...args: (number | bigint)[]) => number>
  const call = (name: string, ...args: (number | bigint)[]) => functions[name]?.(...args)
  const view = () => new DataView(pages.buffer)
  return { pages, memory, lines, streams, functions, call, view }
}

/** A guest that can read: into `lengths.length` buffers at 1024, 2048, … */
export function createReader(version: WasiVersion, ...input: readonly string[]) {
  const stdin = new InputQueue()
  const type = (...texts: readonly string[]) => stdin.append(...texts.map((text) => Buffer.from(text)))
  type(...input)
  const guest = createWasiGuest(version, { stdin })
  const read = (...lengths: readonly number[]): string | number | undefined => {
    for (const [index, length] of lengths.entries()) {
      guest.view().setUint32(index * 8, 1024 * (index + 1), true)
      guest.view().setUint32(index * 8 + 4, length, true)
    }
    const errno = guest.call('fd_read', 0, 0, lengths.length, 512)
    if (errno !== 0) return errno
    let rest = guest.view().getUint32(512, true)
    const texts = lengths.map((length, index) => {
      const count = Math.min(length, rest)
      rest -= count
      return Buffer.from(guest.memory.view(1024 * (index + 1), count)).toString()
    })
    return texts.join('|')
  }
  return { ...guest, stdin, type, read }
}
