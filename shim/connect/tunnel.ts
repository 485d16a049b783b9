import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Authority } from './authority.ts'

/** Opens a TCP connection for a tunnel. @throws Error `ETIMEDOUT` when the target has not answered in time */
export async function dial({ host, port }: Authority, timeoutMs: number): Promise<Socket> {
  const upstream = connect({ host, port, allowHalfOpen: true, noDelay: true, keepAlive: true })
  try {
    await once(upstream, 'connect', { signal: AbortSignal.timeout(timeoutMs) })
    return upstream
  } catch (error) {
    upstream.destroy()
    throw error
  }
}

// Of a peer that has ended, nobody can tell whether it still listens; a silence this long says that it does not.
const HALF_OPEN_TIMEOUT_MS = 30_000

/**
 * Carries bytes both ways until both sides have ended; a side that only stops sending keeps receiving. What the target
 * says is held back until the client has spoken: the API server refuses a tunnel with a byte directly behind the `200`.
 */
export function joinSockets(client: Socket, upstream: Socket): void {
  endTogether(client, upstream)
  endTogether(upstream, client)
  client.once('data', () => upstream.pipe(client))
  client.pipe(upstream)
}

function endTogether(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy())
  one.on('end', () => other.setTimeout(HALF_OPEN_TIMEOUT_MS, () => other.destroy()))
  one.on('close', () => other.destroySoon())
}
