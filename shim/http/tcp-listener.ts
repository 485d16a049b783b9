import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { type Authority, formatAuthority } from '../connect/authority.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { Connections } from './connections.ts'
import type { Drain } from './drain.ts'
import type { Answerer } from './exchange.ts'
import { closeListeningSocket, type Listener, logAcceptErrors } from './listener.ts'
import { createRequestListener } from './request-listener.ts'
import { ReviewConnections } from './review-connections.ts'
import { SERVER_TIMEOUTS } from './server-timeouts.ts'

export interface TcpListenerOptions {
  /** Port 0: any free one. */
  readonly address: Authority
  /** Absent: plain HTTP. */
  readonly certificate?: ServerCertificate
  readonly answer: Answerer
  readonly drain: Drain
  /** Lets another process of ours listen on the same port meanwhile. */
  readonly isShared?: boolean
  readonly log: Log
}

/** Answers on a TCP port: HTTPS for the API server in webhook mode, plain HTTP for probes. @throws ERR_PORT_LISTEN */
export async function openTcpListener(options: TcpListenerOptions): Promise<Listener> {
  const { address, certificate, isShared = false, log } = options
  const handler = createRequestListener(options)
  const https = certificate && createHttpsServer({ ...SERVER_TIMEOUTS, ...certificate }, handler)
  const reviews = https && readReviewsOf(https, options)
  https?.on('tlsClientError', (error) => log.debug({ error: error.message }, 'TLS handshake failed'))
  const server = https ?? createServer(SERVER_TIMEOUTS, handler)
  const connections = new Connections(server)
  server.listen({ host: address.host, port: address.port, reusePort: isShared })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new GatehouseError('ERR_PORT_LISTEN', `cannot listen on ${formatAuthority(address)}: ${messageOf(cause)}`, {
      cause,
    })
  }
  logAcceptErrors(server, log)
  return {
    address: formatAuthority({ host: address.host, port: (server.address() as AddressInfo).port }),
    dialsAfterwards: async () => 'refused',
    watchName: () => ({ [Symbol.dispose]: () => {} }),
    async stopAccepting() {
      closeListeningSocket(server)
    },
    whenGone: () => connections.whenGone(),
    closeIdleConnections() {
      server.closeIdleConnections()
      reviews?.closeIdle()
    },
    closeConnections() {
      reviews?.[Symbol.dispose]()
      // ends what the server does at intervals, too
      server.close()
      connections.destroyAll()
    },
    useCertificate: (certificate) => https?.setSecureContext({ ...certificate }),
  }
}

/** Reads reviews in the server's place; whatever else comes on a connection, the server is given it as if it had just been opened. */
function readReviewsOf(server: HttpsServer, options: TcpListenerOptions): ReviewConnections {
  const taking = server.listeners('secureConnection')
  const handOver = (socket: Socket) => {
    for (const take of taking) take.call(server, socket)
  }
  const reviews = new ReviewConnections({ ...options, timeouts: SERVER_TIMEOUTS, handOver })
  server.removeAllListeners('secureConnection')
  server.on('secureConnection', (socket) => reviews.add(socket))
  return reviews
}
