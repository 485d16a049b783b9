import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Agent as PlainAgent,
  request as requestPlain,
} from 'node:http'
import { request as requestTls } from 'node:https'

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Whose answer it is: another URL than the one asked for, after a redirect or a fall-back to plain HTTP. */
  readonly url: URL
  /** To be read or destroyed by whoever takes the answer. */
  readonly body: IncomingMessage
}

export interface Exchange {
  /** Of the kind that the URL's scheme wants. */
  readonly agent: PlainAgent
  readonly stallMs: number
  readonly signal: AbortSignal
}

/** One request and its answer, whatever its status. Rejects with what Node says when there is no answer. */
export function exchange(
  { method, url, headers = {}, body }: HttpRequest,
  { agent, stallMs, signal }: Exchange,
): Promise<HttpAnswer> {
  const send = url.protocol === 'https:' ? requestTls : requestPlain
  // identity: what is hashed are the bytes that a digest names
  const sent = { 'user-agent': 'gatehouse', 'accept-encoding': 'identity', ...headers, ...contentLength(method, body) }
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers: sent, agent, signal, timeout: stallMs })
    request.on('timeout', () => request.destroy(new Error(`no byte came for ${stallMs / 1000} s`)))
    request.on('error', reject)
    request.on('response', (answer) => {
      // what goes wrong later is the body's, and whoever reads that hears of it
      answer.on('error', () => {})
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, url, body: answer })
    })
    request.end(body)
  })
}

function contentLength(method: string, body: Uint8Array | undefined): Record<string, string> {
  if (body !== undefined) return { 'content-length': String(body.length) }
  return method === 'POST' || method === 'PUT' ? { 'content-length': '0' } : {}
}
