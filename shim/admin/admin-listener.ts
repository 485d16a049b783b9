import { createServer } from 'node:http'
import type { Log } from '../../util/log.ts'
import { Connections } from '../http/connections.ts'
import { logAcceptErrors } from '../http/listener.ts'
import { SERVER_TIMEOUTS } from '../http/server-timeouts.ts'
import { listenOnUnixSocket, type UnixSocketOptions } from '../socket/unix-socket.ts'
import type { AdminFacts } from './admin-facts.ts'
import { createAdminHandler } from './admin-handler.ts'

/** Answers `gatehouse status` and its siblings, until it is disposed of: during a shutdown too. @throws as `listenOnUnixSocket` */
export async function openAdminListener(
  socket: UnixSocketOptions,
  facts: AdminFacts,
  log: Log,
): Promise<AsyncDisposable> {
  const server = createServer(SERVER_TIMEOUTS, createAdminHandler({ facts, path: socket.path, log }))
  const connections = new Connections(server)
  const bound = await listenOnUnixSocket(server, { ...socket, flag: '--admin-socket' })
  logAcceptErrors(server, log)
  return {
    async [Symbol.asyncDispose]() {
      server.close()
      await bound[Symbol.asyncDispose]()
      connections.destroyAll()
    },
  }
}
