import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { KubeConnection } from '../connection.ts'
import { KubeError } from './kube-error.ts'
import { LiveConnection, type LiveConnectionOptions } from './live-connection.ts'

export interface KubeRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query, such as `/api/v1/namespaces/default`. */
  readonly path: string
  /** A string is sent as it is, everything else as JSON. */
  readonly body?: unknown
  readonly contentType?: string
  /** How long to wait for the answer; 10 s by default. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/** An answer as it came over the wire. */
export interface KubeAnswer {
  readonly status: number
  /** Numbers in it are what the API server wrote. */
  readonly text: string
}

const TIMEOUT_MS = 10_000

/** Sends requests to one API server, over connections that are kept. */
export class KubeClient implements Disposable {
  readonly #live: LiveConnection

  constructor(connection: KubeConnection, options: LiveConnectionOptions = {}) {
    this.#live = new LiveConnection(connection, options)
  }

  get server(): string {
    return this.#live.connection.server.href.replace(/\/$/, '')
  }

  /** Sends a request; every status is an answer. @throws GatehouseError ERR_KUBE_CONNECTION when there is none */
  async send(asked: KubeRequest): Promise<KubeAnswer> {
    const answer = await this.#open(asked)
    return { status: answer.statusCode ?? 0, text: await this.#readText(answer, asked) }
  }

  /** Sends a request that must succeed, and parses the answer. @throws KubeError for any status but 2xx */
  async call<T = KubeObject>(asked: KubeRequest): Promise<T> {
    const { status, text } = await this.send(asked)
    if (status >= 300) throw new KubeError(this.#describe(asked), status, text)
    return JSON.parse(text) as T
  }

  /** Sends a request whose answer has no end of its own. @throws KubeError for any status but 2xx */
  async stream(asked: KubeRequest): Promise<IncomingMessage> {
    const answer = await this.#open(asked)
    const status = answer.statusCode ?? 0
    if (status < 300) return answer
    throw new KubeError(this.#describe(asked), status, await this.#readText(answer, asked))
  }

  /** Ends all connections, those in use too. */
  [Symbol.dispose](): void {
    this.#live[Symbol.dispose]()
  }

  /** Resolves when the headers of the answer are there. */
  async #open(asked: KubeRequest): Promise<IncomingMessage> {
    const options = await this.#toOptions(asked)
    try {
      return await this.#attempt(asked, options)
    } catch (error) {
      asked.signal?.throwIfAborted()
      // A kept connection may have been closed while the request was on its way to it. What changes nothing, or
      // nothing twice, is sent again.
      const isRepeatable = options.method === 'GET' || options.method === 'PUT'
      if (!(error instanceof StaleConnection)) throw this.#lost(asked, error)
      if (!isRepeatable) throw this.#lost(asked, error.cause)
    }
    return this.#attempt(asked, options).catch((error) => {
      throw this.#lost(asked, error instanceof StaleConnection ? error.cause : error)
    })
  }

  async #toOptions({ method = 'GET', path, body, contentType, signal }: KubeRequest) {
    await this.#live.refresh()
    const { server, authorize } = this.#live.connection
    const authorization = await authorize?.()
    const options: RequestOptions = {
      method,
      agent: this.#live.agent,
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port || 443,
      path: `${server.pathname.replace(/\/$/, '')}${path}`,
      headers: {
        accept: 'application/json',
        'user-agent': 'gatehouse',
        ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(signal !== undefined && { signal }),
    }
    return options
  }

  #attempt({ body, timeoutMs = TIMEOUT_MS }: KubeRequest, options: RequestOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request(options)
      const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs)
      outgoing.once('close', () => clearTimeout(timer))
      outgoing.once('response', (answer) => {
        // the rest of a stream has all the time it wants
        clearTimeout(timer)
        resolve(answer)
      })
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = outgoing.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
        reject(isStale ? new StaleConnection('the kept connection was closed', { cause: error }) : error)
      })
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
      // Node sends the body of a DELETE without saying how long it is; the API server reads a request of its own in it.
      if (text !== undefined) outgoing.setHeader('content-length', Buffer.byteLength(text))
      outgoing.end(text)
    })
  }

  async #readText(answer: IncomingMessage, asked: KubeRequest): Promise<string> {
    const { timeoutMs = TIMEOUT_MS } = asked
    const timer = setTimeout(() => answer.destroy(new Error(`no end within ${timeoutMs / 1000} s`)), timeoutMs)
    try {
      return Buffer.concat(await answer.toArray()).toString('utf8')
    } catch (error) {
      asked.signal?.throwIfAborted()
      throw this.#lost(asked, error)
    } finally {
      clearTimeout(timer)
    }
  }

  #describe({ method = 'GET', path }: KubeRequest): string {
    return `${method} ${this.server}${path}`
  }

  #lost(asked: KubeRequest, cause: unknown): GatehouseError {
    return new GatehouseError('ERR_KUBE_CONNECTION', `${this.#describe(asked)}: ${messageOf(cause)}`, { cause })
  }
}

class StaleConnection extends Error {}

/** What every object of the API has. */
export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: KubeMetadata
}

export interface KubeMetadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  /** Counts changes of what the object says, where its kind counts them. */
  readonly generation?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}
