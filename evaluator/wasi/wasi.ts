import { randomFillSync } from 'node:crypto'
import type { GuestMemory } from '../guests/guest-memory.ts'
import { clockResolution, clockTime } from './clocks.ts'
import { ERRNO } from './errno.ts'
import { fileImports } from './files.ts'
import { pollOneoff } from './poll.ts'
import { SNAPSHOT_0, SNAPSHOT_1, type Snapshot } from './snapshots.ts'
import type { StandardStreams } from './standard-streams.ts'

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
 * WASI preview 1, whole, for guests that have no world: no arguments, no environment, no files, no sockets. Compilers
 * link much of it into every module, so each function exists and answers; what is left is output, clocks and chance.
 * https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
export function createWasi(memory: GuestMemory, streams: StandardStreams): WebAssembly.Imports {
  const processes = processImports(memory)
  const importsOf = (snapshot: Snapshot) => ({
    ...processes,
    ...fileImports(memory, streams, snapshot),
    poll_oneoff: pollOneoff(memory, snapshot),
  })
  // modules of old TinyGo versions still import the older one
  return { wasi_snapshot_preview1: importsOf(SNAPSHOT_1), wasi_unstable: importsOf(SNAPSHOT_0) }
}

function processImports(memory: GuestMemory): Record<string, (...args: never[]) => unknown> {
  const reportNone = (countPointer: number, sizePointer: number): number => {
    memory.dataView(countPointer, 4).setUint32(0, 0, true)
    memory.dataView(sizePointer, 4).setUint32(0, 0, true)
    return ERRNO.SUCCESS
  }
  return {
    args_sizes_get: reportNone,
    args_get: () => ERRNO.SUCCESS,
    environ_sizes_get: reportNone,
    environ_get: () => ERRNO.SUCCESS,
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
