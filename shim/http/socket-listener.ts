import { createServer, type RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Log } from '../../util/log.ts'
import { createConnectRouter } from '../connect/connect-router.ts'
import type { SocketOptions } from '../shim-options.ts'
import { listenOnSocket } from '../socket/listen.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { Connections } from './connections.ts'
import { closeListeningSocket, type Listener, logAcceptErrors } from './listener.ts'
import { DIAL_TIMEOUT_MS, SERVER_TIMEOUTS, type ServerTimeouts } from './server-timeouts.ts'

export interface SocketListenerOptions {
  readonly socket: SocketOptions
  readonly certificate: ServerCertificate
  readonly handler: RequestListener
  readonly log: Log
  readonly timeouts?: ServerTimeouts
}

/**
 * Answers on a Unix socket: plain HTTP/1.1, a CONNECT among it. A tunnel to one of our own hosts is unwrapped and given
 * back to the same server, which then finds HTTP/1.1 on it again.
 */
export async function openSocketListener(options: SocketListenerOptions): Promise<Listener> {
  const { socket, certificate, handler, log, timeouts = SERVER_TIMEOUTS } = options
  const server = createServer(timeouts, handler)
  const tls = createTlsServer({
    ...certificate,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: timeouts.handshakeTimeout,
  })
  tls.on('secureConnection', (socket) => server.emit('connection', socket))
  tls.on('tlsClientError', (error, socket) => {
    log.debug({ error: error.message }, 'TLS handshake failed')
    // Node leaves a connection open whose handshake has only taken too long.
    socket.destroy()
  })
  const route = createConnectRouter({
    ...socket,
    dialTimeoutMs: DIAL_TIMEOUT_MS,
    terminate: (socket) => tls.emit('connection', socket),
    log,
  })
  server.on('connect', (request, socket, head) => void route(request, socket as Socket, head))
  const connections = new Connections(server)
  const bound = await listenOnSocket(server, socket)
  logAcceptErrors(server, log)
  return {
    address: bound.address,
    dialsAfterwards: () => bound.dialsAfterwards(),
    watchName: (onTaken) => bound.watchName(onTaken),
    async stopAccepting() {
      // first the name, so that nobody finds a dead socket under it and has to make sure that it is dead
      await bound[Symbol.asyncDispose]()
      closeListeningSocket(server)
    },
    whenGone: () => connections.whenGone(),
    closeIdleConnections: () => server.closeIdleConnections(),
    closeConnections() {
      // ends what the server does at intervals, too
      server.close()
      connections.destroyAll()
    },
    useCertificate: (certificate) => tls.setSecureContext({ ...certificate }),
  }
}
