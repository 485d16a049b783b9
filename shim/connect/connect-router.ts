import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { type Authority, formatAuthority, parseAuthority } from './authority.ts'
import { dial, joinSockets } from './tunnel.ts'

export interface ConnectRouterOptions {
  /** Those that end in the shim itself. */
  readonly virtualHosts: readonly Authority[]
  /** Those that are tunnelled as raw TCP. */
  readonly allowedTargets: readonly Authority[]
  readonly dialTimeoutMs: number
  /** Takes over a connection to a virtual host; the client speaks TLS next. */
  readonly terminate: (socket: Socket) => void
  readonly log: Log
}

/** Handles `connect` events of an HTTP server. */
export type ConnectRouter = (request: IncomingMessage, socket: Socket, head: Buffer) => Promise<void>

/**
 * Decides where a CONNECT goes. An egress selection covers everything that the API server sends to the control plane,
 * so besides our own virtual hosts it brings other people's webhooks, which pass only if the operator has named them.
 */
export function createConnectRouter(options: ConnectRouterOptions): ConnectRouter {
  const virtualHosts = new Set(options.virtualHosts.map(formatAuthority))
  const allowedTargets = new Set(options.allowedTargets.map(formatAuthority))
  return async (request, socket, head) => {
    // Nobody else listens once a server has handed over a connection, and an error without a listener ends the process.
    socket.on('error', (error) => options.log.debug({ error: error.message }, 'connection failed'))
    const authority = parseAuthority(request.url ?? '')
    if (authority === undefined) return refuse(socket, 400, 'Bad Request: gatehouse expects CONNECT host:port')
    const target = formatAuthority(authority)
    if (head.length > 0) socket.unshift(head)
    if (virtualHosts.has(target)) return accept(socket, options.terminate)
    if (allowedTargets.has(target)) return openTunnel(authority, socket, options)
    options.log.warn({ target }, 'refused a tunnel: the target is not on the list of --allow-connect')
    refuse(socket, 403, `Forbidden: gatehouse tunnels to ${target} only with --allow-connect ${target}`)
  }
}

async function openTunnel(authority: Authority, client: Socket, options: ConnectRouterOptions): Promise<void> {
  const target = formatAuthority(authority)
  try {
    const upstream = await dial(authority, options.dialTimeoutMs)
    if (client.destroyed) upstream.destroy()
    else accept(client, () => joinSockets(client, upstream))
  } catch (error) {
    options.log.warn({ target, error: messageOf(error) }, 'could not open a tunnel')
    if (isTimeout(error)) return refuse(client, 504, `Gateway Timeout: gatehouse could not reach ${target} in time`)
    refuse(client, 502, `Bad Gateway: gatehouse could not reach ${target}`)
  }
}

function accept(socket: Socket, takeOver: (socket: Socket) => void): void {
  // One write, so one packet, and nothing after it: the API server takes every byte up to the empty line for the answer.
  socket.write('HTTP/1.1 200 OK\r\n\r\n')
  takeOver(socket)
}

/** The API server shows the reason phrase to its user, so the phrase says what is wrong and what to do. */
function refuse(socket: Socket, status: number, reason: string): void {
  socket.write(`HTTP/1.1 ${status} ${reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  socket.destroySoon()
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
