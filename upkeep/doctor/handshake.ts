import type { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { connect } from 'node:tls'

export interface HandshakeTarget {
  /** The shim's socket. */
  readonly socketPath: string
  readonly hostname: string
  readonly port: number
  /** PEM; what the API server trusts. */
  readonly caBundle: string
}

const TIMEOUT_MS = 10_000

/**
 * Goes the API server's own way: CONNECT on the socket, TLS inside. Returns the certificate that it was shown and has
 * verified. @throws Error with what the API server would meet
 */
export async function shakeHands({
  socketPath,
  hostname,
  port,
  caBundle,
}: HandshakeTarget): Promise<X509Certificate | undefined> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = await openTunnel(socketPath, `${hostname}:${port}`, signal)
  const tls = connect({ socket, ca: caBundle, ...(isIP(host) === 0 ? { servername: host } : { host }) })
  try {
    await once(tls, 'secureConnect', { signal })
    return tls.getPeerX509Certificate()
  } finally {
    tls.destroy()
    socket.destroy()
  }
}

function openTunnel(socketPath: string, authority: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method: 'CONNECT', path: authority, signal, agent: false })
    asked.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new Error(`CONNECT ${authority} was answered ${answer.statusCode} ${answer.statusMessage}`))
    })
    asked.on('error', reject)
    asked.end()
  })
}
