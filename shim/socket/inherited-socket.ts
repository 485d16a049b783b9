import { once } from 'node:events'
import { fstatSync } from 'node:fs'
import type { Server } from 'node:net'
import { GatehouseError, messageOf } from '../../util/errors.ts'

/**
 * Lets the server listen on a Unix socket that the service manager has opened, and keeps open while the shim restarts:
 * who dials meanwhile waits in the kernel. @throws GatehouseError ERR_SOCKET_INHERITED
 */
export async function listenOnInheritedSocket(server: Server, fd: number): Promise<void> {
  try {
    if (!fstatSync(fd).isSocket()) throw new Error('it is not a socket')
    server.listen({ fd })
    await once(server, 'listening')
  } catch (cause) {
    throw unusable(fd, messageOf(cause), cause)
  }
  // TCP has an address with a port, a Unix socket a name or nothing
  if (typeof server.address() !== 'object' || server.address() === null) return
  server.close()
  throw unusable(fd, 'it is a TCP socket')
}

function unusable(fd: number, why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('ERR_SOCKET_INHERITED', `cannot listen on the inherited file descriptor ${fd}: ${why}`, {
    cause,
    hint: 'The .socket unit needs one ListenStream= that is a path.',
  })
}
