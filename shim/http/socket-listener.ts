import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Log } from '../../util/log.ts'
import { createConnectRouter } from '../connect/connect-router.ts'
import type { SocketOptions } from '../shim-options.ts'
import { listenOnSocket } from '../socket/listen.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { Connections } from './connections.ts'
import type { Drain } from './drain.ts'
import type { Answerer } from './exchange.ts'
import { closeListeningSocket, type Listener, logAcceptErrors } from './listener.ts'
import { createRequestListener } from './request-listener.ts'
import { ReviewConnections } from './review-connections.ts'
import { DIAL_TIMEOUT_MS, SERVER_TIMEOUTS, type ServerTimeouts } from './server-timeouts.ts'

export interface SocketListenerOptions {
  readonly socket: SocketOptions
  readonly certificate: ServerCertificate
  readonly answer: Answerer
  readonly drain: Drain
  readonly log: Log
  readonly timeouts?: ServerTimeouts
}

/**
 * Answers on a Unix socket: plain HTTP/1.1, a CONNECT among it. A tunnel to one of our own hosts is unwrapped; reviews are
 * read from it as they come, and for whatever else is on it, it is given back to the same server.
 */
export async function openSocketListener(options: SocketListenerOptions): Promise<Listener> {
  const { socket, certificate, log, timeouts = SERVER_TIMEOUTS } = options
  const server = createServer(timeouts, createRequestListener(options))
  const handOver = (socket: Socket) => server.emit('connection', socket)
  const reviews = new ReviewConnections({ ...options, timeouts, handOver })
  const tls = createTlsServer({
    ...certificate,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: timeouts.handshakeTimeout,
  })
  tls.on('secureConnection', (socket) => reviews.add(socket))
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
    closeIdleConnections() {
      server.closeIdleConnections()
      reviews.closeIdle()
    },
    closeConnections() {
      reviews[Symbol.dispose]()
      // ends what the server does at intervals, too
      server.close()
      connections.destroyAll()
    },
    useCertificate: (certificate) => tls.setSecureContext({ ...certificate }),
  }
}
