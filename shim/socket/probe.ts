import { once } from 'node:events'
import { lstat } from 'node:fs/promises'
import { connect } from 'node:net'

/** What is found under a socket's path. */
export type SocketState = { readonly kind: 'absent' | 'live' | 'not-a-socket' } | StaleSocket

/** A socket that nobody listens on any more, and which one: by the time it is replaced, another may have its name. */
export interface StaleSocket {
  readonly kind: 'stale'
  readonly inode: bigint
}

/** Looks at a path by connecting to it: only a refused connection shows that a socket is dead. */
export async function probeSocket(path: string): Promise<SocketState> {
  const stats = await lstat(path, { bigint: true }).catch(ignoreAbsence)
  if (stats === undefined) return { kind: 'absent' }
  if (!stats.isSocket()) return { kind: 'not-a-socket' }
  switch (await tryConnect(path)) {
    case 'ENOENT':
      return { kind: 'absent' }
    case 'ECONNREFUSED':
      return { kind: 'stale', inode: stats.ino }
    default:
      return { kind: 'live' }
  }
}

/** Turns "there is no such file" into undefined and lets everything else through. */
export function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** The error code of a refused connection, or undefined. @throws other errors: missing rights say nothing about the socket. */
async function tryConnect(path: string): Promise<'ENOENT' | 'ECONNREFUSED' | undefined> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return code
    // the queue of a living listener is full
    if (code === 'EAGAIN') return undefined
    throw error
  } finally {
    socket.destroy()
  }
}
