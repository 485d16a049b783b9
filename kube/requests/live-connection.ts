import { Agent } from 'node:https'
import { isDeepStrictEqual } from 'node:util'
import type { KubeConnection } from '../connection.ts'

export interface LiveConnectionOptions {
  /** Reads the connection again. Without it, the connection stays as it is. */
  readonly reload?: () => Promise<KubeConnection>
  /** After how long it is read again, before a request; 10 minutes by default. */
  readonly reloadMs?: number
}

const RELOAD_MS = 10 * 60_000

/** A connection, and its sockets, that are renewed with the files that they come from: client certificates end. */
export class LiveConnection implements Disposable {
  readonly #options: LiveConnectionOptions
  #connection: KubeConnection
  #agent: Agent
  #readAt = performance.now()

  constructor(connection: KubeConnection, options: LiveConnectionOptions) {
    this.#options = options
    this.#connection = connection
    this.#agent = openAgent(connection)
  }

  get connection(): KubeConnection {
    return this.#connection
  }

  get agent(): Agent {
    return this.#agent
  }

  /** To be called before a request. What cannot be read now leaves everything as it is: it may be half-written. */
  async refresh(): Promise<void> {
    const { reload, reloadMs = RELOAD_MS } = this.#options
    if (reload === undefined || performance.now() - this.#readAt < reloadMs) return
    this.#readAt = performance.now()
    const connection = await reload().catch(() => this.#connection)
    const isSame = isDeepStrictEqual(connection.tls, this.#connection.tls)
    this.#connection = connection
    if (isSame) return
    // requests under way end, watches among them, and are made again
    this.#agent.destroy()
    this.#agent = openAgent(connection)
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

function openAgent({ tls }: KubeConnection): Agent {
  return new Agent({ ...tls, keepAlive: true })
}
