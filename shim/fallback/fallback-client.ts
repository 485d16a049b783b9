import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { isIP } from 'node:net'
import type { FallbackOptions } from './fallback-options.ts'

/** A review as it came. */
export interface ForwardedReview {
  /** Without a query. */
  readonly path: string
  readonly contentType: string
  readonly body: Uint8Array
  readonly timeoutMs: number
  /** The client went away. */
  readonly signal: AbortSignal
}

export interface ForwardedAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export interface FallbackClientOptions extends FallbackOptions {
  /** PEM, as it is now. */
  readonly readCa: () => Promise<string>
  readonly maxConnections: number
}

/** Says that a request has been passed on once already: nobody passes it on again. */
export const FORWARDED_HEADER = 'gatehouse-forwarded'

/** More than any verdict with its patch. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
const CA_MAX_AGE_MS = 5000

/** Sends reviews to the fallback, over connections that are kept. */
export class FallbackClient implements Disposable {
  readonly #options: FallbackClientOptions
  readonly #agent: Agent
  #ca: { readonly text: Promise<string>; readonly readAt: number } | undefined

  constructor(options: FallbackClientOptions) {
    this.#options = options
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.maxConnections })
  }

  /** @throws Error when there is no answer in time */
  async send(review: ForwardedReview): Promise<ForwardedAnswer> {
    const signal = AbortSignal.any([review.signal, AbortSignal.timeout(Math.max(1, Math.floor(review.timeoutMs)))])
    const ca = await this.#readCa()
    try {
      return await this.#attempt(review, ca, signal)
    } catch (error) {
      // a kept connection may have been closed just when the request was on its way; a review changes nothing
      if (!(error instanceof StaleConnection) || signal.aborted)
        throw error instanceof StaleConnection ? error.cause : error
    }
    return this.#attempt(review, ca, signal)
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #attempt(review: ForwardedReview, ca: string, signal: AbortSignal): Promise<ForwardedAnswer> {
    const { path, contentType, body, timeoutMs } = review
    const { host, address = host } = this.#options
    return new Promise((resolve, reject) => {
      const outgoing = request({
        method: 'POST',
        agent: this.#agent,
        host: address.host,
        port: address.port,
        ...(isIP(host.host) === 0 && { servername: host.host }),
        ca,
        path: `${path}?timeout=${Math.floor(timeoutMs)}ms`,
        headers: {
          host: host.host,
          'content-type': contentType,
          'content-length': body.byteLength,
          [FORWARDED_HEADER]: '1',
        },
        signal,
      })
      outgoing.on('error', (error) => reject(outgoing.reusedSocket ? new StaleConnection(error) : error))
      outgoing.on('response', (answer) => readAnswer(answer).then(resolve, reject))
      outgoing.end(body)
    })
  }

  /** Rotations change it; nobody has to tell us. */
  #readCa(): Promise<string> {
    const now = performance.now()
    if (this.#ca === undefined || now - this.#ca.readAt > CA_MAX_AGE_MS)
      this.#ca = { text: this.#options.readCa(), readAt: now }
    this.#ca.text.catch(() => {
      this.#ca = undefined
    })
    return this.#ca.text
  }
}

class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause })
  }
}

async function readAnswer(answer: IncomingMessage): Promise<ForwardedAnswer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) {
      answer.destroy()
      throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`)
    }
    chunks.push(chunk)
  }
  const { statusCode: status = 0, headers } = answer
  return { status, contentType: headers['content-type'] ?? '', body: Buffer.concat(chunks).toString() }
}
