import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Test } from 'tap'
import { createAuthority, issueCertificate } from '../../util/certificates.ts'

/** One CONNECT as the API server made it, and what it said inside the tunnel. */
export interface RecordedTunnel {
  readonly target: string
  serverName?: string
  protocols?: readonly string[]
}

/** What listens in place of the shim: allows every request, and remembers how it was asked. */
export interface RecordingEndpoint {
  readonly tunnels: readonly RecordedTunnel[]
  readonly paths: readonly string[]
  readonly caBundle: string
}

/** Answers CONNECT to that host on a Unix socket, and refuses every other target as the shim does. */
export async function startRecordingEndpoint(t: Test, socket: string, host: string): Promise<RecordingEndpoint> {
  const validity = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000) }
  const authority = await createAuthority({ commonName: 'test', ...validity })
  const { certificate: cert, key } = await issueCertificate(authority, { commonName: host, hosts: [host], ...validity })
  const tunnels: RecordedTunnel[] = []
  const paths: string[] = []

  const ALPNCallback = ({ servername, protocols }: { servername: string; protocols: string[] }) => {
    Object.assign(tunnels.at(-1) ?? {}, { serverName: servername, protocols })
    return protocols.find((protocol) => protocol === 'http/1.1')
  }
  const tls = createTlsServer({ cert, key, ALPNCallback }, async (request, response) => {
    paths.push(request.url ?? '')
    const review = JSON.parse((await request.toArray()).join(''))
    const { apiVersion, kind } = review
    response.end(JSON.stringify({ apiVersion, kind, response: { uid: review.request.uid, allowed: true } }))
  })
  const server = createServer().on('connect', ({ url = '' }, tunnel: Socket) => {
    tunnels.push({ target: url })
    const isOurs = url === `${host}:443`
    tunnel.write(`HTTP/1.1 ${isOurs ? '200 OK' : '403 Forbidden'}\r\n\r\n`)
    if (isOurs) tls.emit('connection', tunnel)
    else tunnel.end()
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  t.teardown(() => {
    tls.closeAllConnections()
    server.close()
    server.closeAllConnections()
  })
  return { tunnels, paths, caBundle: authority.certificate }
}
