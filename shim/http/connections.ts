import type { IncomingMessage } from 'node:http'
import type { Server, Socket } from 'node:net'
import { isProbe } from './routes.ts'

/** The connections of a server, tunnels and handshakes too, of which Node itself loses sight. */
export class Connections {
  readonly #open = new Set<Socket>()
  readonly #forProbes = new WeakSet<Socket>()
  readonly #waiting: (() => void)[] = []

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket)
      socket.once('close', () => {
        this.#open.delete(socket)
        this.#check()
      })
    })
    server.on('request', ({ socket, url = '' }: IncomingMessage) => {
      if (isProbe(url)) this.#forProbes.add(socket)
      else this.#forProbes.delete(socket)
      this.#check()
    })
  }

  /** Resolves when none is left on which a review may arrive: those that asked for probes last do not count. */
  whenGone(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#check()
    })
  }

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #check(): void {
    if (this.#waiting.length === 0) return
    for (const socket of this.#open) if (!this.#forProbes.has(socket)) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
