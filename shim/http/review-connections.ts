import type { Socket } from 'node:net'
import { ReviewConnection, type ReviewConnectionOptions } from './review-connection.ts'

/** The connections of a listener that have brought nothing but reviews so far. */
export class ReviewConnections implements Disposable {
  readonly #options: ReviewConnectionOptions
  readonly #open = new Map<Socket, ReviewConnection>()
  readonly #timer: NodeJS.Timeout

  constructor({ handOver, ...options }: ReviewConnectionOptions) {
    const forget = (socket: Socket) => {
      this.#open.delete(socket)
      handOver(socket)
    }
    this.#options = { ...options, handOver: forget }
    const check = () => {
      const now = performance.now()
      for (const connection of this.#open.values()) connection.check(now)
    }
    this.#timer = setInterval(check, options.timeouts.connectionsCheckingInterval).unref()
  }

  add(socket: Socket): void {
    this.#open.set(socket, new ReviewConnection(socket, this.#options))
    socket.once('close', () => this.#open.delete(socket))
  }

  closeIdle(): void {
    for (const connection of this.#open.values()) connection.closeIfIdle()
  }

  /** Looks at them no more. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
