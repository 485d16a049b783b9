import type { Descriptors } from './descriptors.ts'
import { ERRNO } from './errno.ts'

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

/** What asks for folders, for places in files, and for sockets, none of which there are. */
export function refusals(descriptors: Descriptors): Record<string, (...args: never[]) => number> {
  const isOpen = (fd: number): boolean => descriptors.get(fd) !== undefined
  const entries = Object.entries(REFUSED_ON_STREAMS).map(
    ([name, errno]) => [name, (fd: number) => (isOpen(fd) ? errno : ERRNO.BADF)] as const,
  )
  return {
    ...Object.fromEntries(entries),
    // the only one whose folder is its third argument
    path_symlink: (_target: number, _length: number, fd: number) => (isOpen(fd) ? ERRNO.NOTDIR : ERRNO.BADF),
  }
}
