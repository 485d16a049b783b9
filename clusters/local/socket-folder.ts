import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GatehouseError } from '../../util/errors.ts'
import { makeFolder } from '../../util/make-folder.ts'
import type { ClusterLayout } from './layout.ts'
import { memberLayout } from './layout.ts'

/** Bytes that `sun_path` holds, less the closing NUL; https://man7.org/linux/man-pages/man7/unix.7.html */
const MAX_SOCKET_PATH_BYTES = 107

/**
 * Creates the folder of the cluster's sockets, for its owner only. The folder above may lie in /tmp under a name that
 * anybody can guess, so one that belongs to somebody else is refused: its owner could put a socket in the place of ours.
 */
export async function ensureSocketFolder(layout: ClusterLayout): Promise<void> {
  const longest = memberLayout(layout, 1).socket
  if (Buffer.byteLength(longest) > MAX_SOCKET_PATH_BYTES) {
    throw refuse(`the socket path ${longest} is longer than ${MAX_SOCKET_PATH_BYTES} bytes`)
  }
  const parent = dirname(layout.sockets)
  await makeFolder(layout.sockets, 0o700)
  const { uid, mode } = await stat(parent)
  if (uid !== process.getuid?.()) throw refuse(`${parent} belongs to user ${uid}, not to you`)
  if ((mode & 0o022) !== 0) throw refuse(`others may write to ${parent}`)
}

function refuse(message: string): GatehouseError {
  return new GatehouseError('ERR_CLUSTER_OPTIONS', message, {
    hint: 'Set XDG_RUNTIME_DIR to a folder of your own with a short path.',
  })
}
