import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect, type TLSSocket } from 'node:tls'
import { connectRaw } from './raw-client.ts'

export interface TunnelOptions {
  readonly socket: string
  readonly authority: string
  readonly host: string
  readonly port?: number
}

/** What the API server does: CONNECT over the socket, then TLS inside. */
export async function openTunnel({ socket: path, authority, host, port = 443 }: TunnelOptions): Promise<TLSSocket> {
  const { socket, write, receive } = await connectRaw(path)
  write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  const answer = await receive('\r\n\r\n')
  if (answer !== 'HTTP/1.1 200 OK\r\n\r\n') throw new Error(`the tunnel was answered ${JSON.stringify(answer)}`)
  socket.removeAllListeners('data')
  const tls = connect({ socket, servername: host, ca: readFileSync(authority), ALPNProtocols: ['http/1.1'] })
  await once(tls, 'secureConnect')
  return tls
}

/** Sends the requests of `node:http` through one tunnel, kept alive, as the API server does. */
export function agentFor(tunnel: TLSSocket): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agent.createConnection = () => tunnel
  return agent
}
