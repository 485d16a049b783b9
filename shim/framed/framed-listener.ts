import { createServer } from 'node:net'
import { type Listener, logAcceptErrors } from '../http/listener.ts'
import { listenOnUnixSocket } from '../socket/unix-socket.ts'
import { FramedConnection, type FramedConnectionOptions } from './framed-connection.ts'
import { FRAMED_TIMES, type FramedSocketOptions } from './framed-times.ts'
import { MAX_CONNECTIONS } from './protocol.ts'

/** Answers the in-process plugin of our own API server: reviews in frames, without HTTP. @throws as `listenOnUnixSocket` */
export async function openFramedListener(
  { times = FRAMED_TIMES, ...socket }: FramedSocketOptions,
  options: FramedConnectionOptions,
): Promise<Listener> {
  const { drain, log } = options
  const open = new Set<FramedConnection>()
  const waiting: (() => void)[] = []
  let isEnding = false
  const server = createServer((client) => {
    const connection = new FramedConnection(client, { ...options, times })
    open.add(connection)
    client.once('close', () => {
      open.delete(connection)
      if (open.size === 0) for (const resolve of waiting.splice(0)) resolve()
    })
    if (isEnding) connection.endWhenIdle()
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('drop', () =>
    log.warn({ connections: MAX_CONNECTIONS }, 'a framed connection was refused: there are enough'),
  )
  const bound = await listenOnUnixSocket(server, { ...socket, flag: '--framed-socket' })
  logAcceptErrors(server, log)
  drain.onStart(() => {
    for (const connection of open) connection.sayGoodbye()
  })
  const timer = setInterval(() => {
    const now = performance.now()
    for (const connection of open) connection.check(now)
  }, times.checkMs)
  timer.unref()
  return {
    address: bound.path,
    // whoever takes the shim's place takes its main socket, and that one decides
    dialsAfterwards: async () => 'refused',
    watchName: () => ({ [Symbol.dispose]: () => {} }),
    async stopAccepting() {
      await bound[Symbol.asyncDispose]()
      server.close()
    },
    whenGone: () =>
      new Promise((resolve) => {
        if (open.size === 0) resolve()
        else waiting.push(resolve)
      }),
    closeIdleConnections() {
      isEnding = true
      for (const connection of open) connection.endWhenIdle()
    },
    closeConnections() {
      clearInterval(timer)
      for (const connection of open) connection.destroy()
    },
    useCertificate() {},
  }
}
