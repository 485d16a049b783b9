import type { Server, Socket } from 'node:net'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'

/** A server that answers under an address. */
export interface Listener {
  /** A path, or `host:port`. */
  readonly address: string
  /** Takes no new connections and closes idle ones; those with a request in flight stay open. */
  stopAccepting(): Promise<void>
  /** Cuts whatever is still open. */
  closeConnections(): void
  /** Shows another certificate to connections to come. */
  useCertificate(certificate: ServerCertificate): void
}

/** Remembers the connections of a server, so that a shutdown can close the ones that nobody else does: tunnels, handshakes. */
export function trackConnections(server: Server): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => {
    for (const socket of sockets) socket.destroy()
  }
}

/** Survives the errors of a server that listens: the kernel may have no file descriptor for the next connection. */
export function logAcceptErrors(server: Server, log: Log): void {
  server.on('error', (error) => log.error({ error: messageOf(error) }, 'could not accept a connection'))
}
