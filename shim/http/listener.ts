import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { Server } from 'node:net'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'

/** A server that answers under an address. */
export interface Listener {
  /** A path, or `host:port`. */
  readonly address: string
  /** What becomes of those who dial once it has stopped accepting. */
  dialsAfterwards(): Promise<Dials>
  /** Calls `onTaken` when a successor answers under the address. */
  watchName(onTaken: () => void): Disposable
  /** Takes no new connections; those that are open stay. */
  stopAccepting(): Promise<void>
  /** Resolves when no connection is left on which a review may arrive. */
  whenGone(): Promise<void>
  /** Closes the connections on which no request is under way. */
  closeIdleConnections(): void
  /** Cuts whatever is still open. */
  closeConnections(): void
  /** Shows another certificate to connections to come. */
  useCertificate(certificate: ServerCertificate): void
}

/** They are refused; they wait in the kernel for the next process that is given the socket; a successor answers them. */
export type Dials = 'refused' | 'queued' | 'answered'

/** Stops accepting and leaves idle connections open, which the server's own `close` would not. */
export function closeListeningSocket(server: HttpServer | HttpsServer): void {
  Server.prototype.close.call(server)
}

/** Survives the errors of a server that listens: the kernel may have no file descriptor for the next connection. */
export function logAcceptErrors(server: Server, log: Log): void {
  server.on('error', (error) => log.error({ error: messageOf(error) }, 'could not accept a connection'))
}
