import type { GuestMemory } from '../guests/guest-memory.ts'
import { ERRNO } from './errno.ts'
import type { Snapshot } from './snapshots.ts'
import type { StandardStreams } from './standard-streams.ts'

type Import = (...args: never[]) => number

const CHARACTER_DEVICE = 2
const FDSTAT_BYTES = 24
const IOVEC_BYTES = 8

/** Everything about files and sockets: three standard streams exist, no folder is open, so that no path leads anywhere. */
export function fileImports(
  memory: GuestMemory,
  streams: StandardStreams,
  { filestatBytes }: Snapshot,
): Record<string, Import> {
  const only = (answer: (fd: number, pointer: number) => number) => (fd: number, pointer: number) =>
    streams.has(fd) ? answer(fd, pointer) : ERRNO.BADF
  return {
    ...refusals(streams),
    fd_close: only(() => ERRNO.SUCCESS),
    fd_datasync: only(() => ERRNO.SUCCESS),
    fd_sync: only(() => ERRNO.SUCCESS),
    fd_fdstat_set_flags: only(() => ERRNO.SUCCESS),
    fd_fdstat_get: only((_fd, pointer) => writeCharacterDevice(memory, pointer, { length: FDSTAT_BYTES, typeAt: 0 })),
    fd_filestat_get: only((_fd, pointer) =>
      writeCharacterDevice(memory, pointer, { length: filestatBytes, typeAt: 16 }),
    ),
    fd_read: (fd: number, _vectors: number, _count: number, resultPointer: number) => {
      if (fd !== 0) return ERRNO.BADF
      memory.dataView(resultPointer, 4).setUint32(0, 0, true)
      return ERRNO.SUCCESS
    },
    fd_write: (fd: number, vectors: number, count: number, resultPointer: number) => {
      const output = streams.output(fd)
      if (output === undefined) return ERRNO.BADF
      let written = 0
      for (const bytes of ioVectors(memory, vectors, count)) {
        output.write(bytes)
        written += bytes.length
      }
      memory.dataView(resultPointer, 4).setUint32(0, written, true)
      return ERRNO.SUCCESS
    },
  }
}

function* ioVectors(memory: GuestMemory, pointer: number, count: number): Generator<Uint8Array> {
  const vectors = memory.dataView(pointer, count * IOVEC_BYTES)
  for (let at = 0; at < vectors.byteLength; at += IOVEC_BYTES) {
    yield memory.view(vectors.getUint32(at, true), vectors.getUint32(at + 4, true))
  }
}

// All other fields are zero: no flags, no rights, no size, no times.
function writeCharacterDevice(
  memory: GuestMemory,
  pointer: number,
  layout: { length: number; typeAt: number },
): number {
  const bytes = memory.view(pointer, layout.length).fill(0)
  bytes[layout.typeAt] = CHARACTER_DEVICE
  return ERRNO.SUCCESS
}

// What these answer for a standard stream; for any other file descriptor the answer is BADF.
const REFUSED_ON_STREAMS: Readonly<Record<string, number>> = {
  fd_advise: ERRNO.SPIPE,
  fd_allocate: ERRNO.NOTSUP,
  fd_fdstat_set_rights: ERRNO.NOTSUP,
  fd_filestat_set_size: ERRNO.INVAL,
  fd_filestat_set_times: ERRNO.NOTSUP,
  fd_pread: ERRNO.SPIPE,
  // runtimes ask from 3 upwards until they hear BADF; a standard stream was not opened for them either
  fd_prestat_get: ERRNO.BADF,
  fd_prestat_dir_name: ERRNO.BADF,
  fd_pwrite: ERRNO.SPIPE,
  fd_readdir: ERRNO.NOTDIR,
  fd_renumber: ERRNO.NOTSUP,
  fd_seek: ERRNO.SPIPE,
  fd_tell: ERRNO.SPIPE,
  path_create_directory: ERRNO.NOTDIR,
  path_filestat_get: ERRNO.NOTDIR,
  path_filestat_set_times: ERRNO.NOTDIR,
  path_link: ERRNO.NOTDIR,
  path_open: ERRNO.NOTDIR,
  path_readlink: ERRNO.NOTDIR,
  path_remove_directory: ERRNO.NOTDIR,
  path_rename: ERRNO.NOTDIR,
  path_unlink_file: ERRNO.NOTDIR,
  sock_accept: ERRNO.NOTSOCK,
  sock_recv: ERRNO.NOTSOCK,
  sock_send: ERRNO.NOTSOCK,
  sock_shutdown: ERRNO.NOTSOCK,
}

function refusals(streams: StandardStreams): Record<string, Import> {
  const entries = Object.entries(REFUSED_ON_STREAMS).map(([name, errno]): [string, Import] => [
    name,
    (fd: number) => (streams.has(fd) ? errno : ERRNO.BADF),
  ])
  return {
    ...Object.fromEntries(entries),
    // the only one whose folder is its third argument
    path_symlink: (_target: number, _length: number, fd: number) => (streams.has(fd) ? ERRNO.NOTDIR : ERRNO.BADF),
  }
}
