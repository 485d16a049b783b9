import type { GuestMemory } from '../guests/guest-memory.ts'
import type { Descriptor, Descriptors } from './descriptors.ts'
import { ERRNO } from './errno.ts'
import { readInto, writeFrom } from './io-vectors.ts'
import { refusals } from './refusals.ts'
import type { Snapshot } from './snapshots.ts'

type Import = (...args: never[]) => number

const CHARACTER_DEVICE = 2
const FDSTAT_BYTES = 24
const RIGHT_TO_READ = 1n << 1n
const RIGHT_TO_WRITE = 1n << 6n
// of the flags: append, dsync, nonblock, rsync, sync
const KNOWN_FLAGS = 0b11111

/** Everything about files and sockets: three standard streams are open, no folder is, so that no path leads anywhere. */
export function fileImports(
  memory: GuestMemory,
  descriptors: Descriptors,
  { filestatBytes }: Snapshot,
): Record<string, Import> {
  const on = (answer: (descriptor: Descriptor, ...args: [number, number, number]) => number) => {
    return (fd: number, ...args: [number, number, number]) => {
      const descriptor = descriptors.get(fd)
      return descriptor === undefined ? ERRNO.BADF : answer(descriptor, ...args)
    }
  }
  return {
    ...refusals(descriptors),
    fd_close: (fd: number) => (descriptors.close(fd) ? ERRNO.SUCCESS : ERRNO.BADF),
    fd_renumber: (from: number, to: number) => (descriptors.renumber(from, to) ? ERRNO.SUCCESS : ERRNO.BADF),
    fd_datasync: on(() => ERRNO.SUCCESS),
    fd_sync: on(() => ERRNO.SUCCESS),
    fd_fdstat_get: on((descriptor, pointer) => writeStatus(memory, pointer, descriptor)),
    fd_fdstat_set_flags: on((descriptor, flags) => {
      if ((flags & ~KNOWN_FLAGS) !== 0) return ERRNO.INVAL
      descriptors.setFlags(descriptor, flags)
      return ERRNO.SUCCESS
    }),
    fd_filestat_get: on((_descriptor, pointer) => {
      // no size, no times
      memory.view(pointer, filestatBytes).fill(0)[16] = CHARACTER_DEVICE
      return ERRNO.SUCCESS
    }),
    fd_read: on(({ input }, ...args) => (input === undefined ? ERRNO.BADF : readInto(memory, input, ...args))),
    fd_write: on(({ output }, ...args) => (output === undefined ? ERRNO.BADF : writeFrom(memory, output, ...args))),
  }
}

// A terminal, which is what streams without a position look like, that may be read or written.
function writeStatus(memory: GuestMemory, pointer: number, { input, flags }: Descriptor): number {
  const view = memory.dataView(pointer, FDSTAT_BYTES)
  const rights = input === undefined ? RIGHT_TO_WRITE : RIGHT_TO_READ
  view.setBigUint64(0, 0n)
  view.setUint8(0, CHARACTER_DEVICE)
  view.setUint16(2, flags, true)
  view.setBigUint64(8, rights, true)
  view.setBigUint64(16, rights, true)
  return ERRNO.SUCCESS
}
