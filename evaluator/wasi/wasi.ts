import { randomFillSync } from 'node:crypto'
import type { GuestMemory } from '../guests/guest-memory.ts'
import { argumentImports } from './arguments.ts'
import { clockResolution, clockTime } from './clocks.ts'
import { Descriptors } from './descriptors.ts'
import { ERRNO } from './errno.ts'
import { fileImports } from './files.ts'
import { pollOneoff } from './poll.ts'
import { SNAPSHOT_0, SNAPSHOT_1, type Snapshot } from './snapshots.ts'
import type { World } from './world.ts'

/** The guest called `proc_exit`. Thrown through the guest, because nothing after the call may run. */
export class GuestExit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`guest exited with code ${code}`)
    this.code = code
  }

  static {
    GuestExit.prototype.name = 'GuestExit'
  }
}

/**
 * WASI preview 1, whole, for guests whose world is three streams and a command line: no environment, no files, no sockets.
 * Compilers link much of it into every module, so each function exists and answers.
 * https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
export function createWasi(
  memory: GuestMemory,
  world: World,
  descriptors = new Descriptors(world),
): WebAssembly.Imports {
  const common = { ...argumentImports(memory, () => world.argv), ...processImports(memory) }
  const importsOf = (snapshot: Snapshot) => ({
    ...common,
    ...fileImports(memory, descriptors, snapshot),
    poll_oneoff: pollOneoff(memory, descriptors, snapshot),
  })
  // modules of old TinyGo versions still import the older one
  return { wasi_snapshot_preview1: importsOf(SNAPSHOT_1), wasi_unstable: importsOf(SNAPSHOT_0) }
}

function processImports(memory: GuestMemory): Record<string, (...args: never[]) => unknown> {
  return {
    clock_res_get: (clock: number, pointer: number) => {
      const resolution = clockResolution(clock)
      return resolution === undefined ? ERRNO.INVAL : writeU64(memory, pointer, resolution)
    },
    clock_time_get: (clock: number, _precision: bigint, pointer: number) => {
      const time = clockTime(clock)
      return time === undefined ? ERRNO.INVAL : writeU64(memory, pointer, time)
    },
    random_get: (pointer: number, length: number) => {
      randomFillSync(memory.view(pointer, length))
      return ERRNO.SUCCESS
    },
    proc_exit: (code: number) => {
      throw new GuestExit(code)
    },
    proc_raise: () => ERRNO.NOSYS,
    sched_yield: () => ERRNO.SUCCESS,
  }
}

function writeU64(memory: GuestMemory, pointer: number, value: bigint): number {
  memory.dataView(pointer, 8).setBigUint64(0, value, true)
  return ERRNO.SUCCESS
}
