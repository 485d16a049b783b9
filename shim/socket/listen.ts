import type { Server } from 'node:net'
import type { Dials } from '../http/listener.ts'
import type { SocketOptions } from '../shim-options.ts'
import { listenOnInheritedSocket } from './inherited-socket.ts'
import { isNameTaken, watchName } from './name-watch.ts'
import { listenOnUnixSocket } from './unix-socket.ts'

/** A server listens on a Unix socket: its own, or one that it was given. */
export interface ListeningSocket extends AsyncDisposable {
  /** A path, or `fd:3`. */
  readonly address: string
  /** What becomes of those who dial once the server has stopped. */
  dialsAfterwards(): Promise<Dials>
  /** Calls `onTaken` when a successor has taken the socket's name. */
  watchName(onTaken: () => void): Disposable
}

export async function listenOnSocket(server: Server, options: SocketOptions): Promise<ListeningSocket> {
  const { inheritedFd } = options
  if (inheritedFd !== undefined) {
    await listenOnInheritedSocket(server, inheritedFd)
    return {
      address: `fd:${inheritedFd}`,
      dialsAfterwards: async () => 'queued',
      watchName: () => ({ [Symbol.dispose]: () => {} }),
      [Symbol.asyncDispose]: async () => {},
    }
  }
  const bound = await listenOnUnixSocket(server, options)
  return {
    address: bound.path,
    dialsAfterwards: async () => ((await isNameTaken(bound).catch(() => false)) ? 'answered' : 'refused'),
    watchName: (onTaken) => watchName(bound, onTaken),
    [Symbol.asyncDispose]: () => bound[Symbol.asyncDispose](),
  }
}
