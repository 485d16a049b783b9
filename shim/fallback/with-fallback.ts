import type { IncomingMessage } from 'node:http'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { readBody } from '../http/body.ts'
import type { Answer } from '../http/respond.ts'
import type { Exchange, ReviewHandler } from '../http/review-handler.ts'
import { readTimeoutMs } from '../http/timeout.ts'
import type { Fallback } from './fallback.ts'
import { FORWARDED_HEADER } from './fallback-client.ts'
import type { FallbackReason } from './fallback-usage.ts'
import { reasonOf } from './reason-of.ts'

/** Answers as `review` does; what that one cannot answer, and another shim perhaps can, is passed on with the time that is left. */
export function withFallback(review: ReviewHandler, fallback: Fallback): ReviewHandler {
  return async (exchange, route, query) => {
    const startedAt = performance.now()
    const kept = keepBody(exchange)
    try {
      return await review({ ...exchange, readBody: kept.read }, route, query)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === undefined || isForwarded(exchange.request)) throw error
      return passOn(
        exchange,
        { kept, deadline: startedAt + readTimeoutMs(query), reason, why: messageOf(error) },
        fallback,
      )
    }
  }
}

/** Passes on everything: the shim has no policies yet. */
export function onlyFallback(fallback: Fallback, why: () => string): ReviewHandler {
  return withFallback(async () => {
    throw new GatehouseError('ERR_LOADING', why())
  }, fallback)
}

interface KeptBody {
  readonly read: () => Promise<Uint8Array>
  readonly bytes: () => Promise<Uint8Array>
}

/** The bytes that are evaluated go to the evaluator's thread, so that a copy stays. */
function keepBody({ request }: Exchange): KeptBody {
  let read: Promise<Uint8Array> | undefined
  let copy: Uint8Array | undefined
  return {
    async read() {
      read ??= readBody(request)
      const body = await read
      copy = Uint8Array.from(body)
      return body
    },
    async bytes() {
      return copy ?? readBody(request)
    },
  }
}

interface PassedOn {
  readonly kept: KeptBody
  readonly deadline: number
  readonly reason: FallbackReason
  readonly why: string
}

async function passOn(
  { request, response }: Exchange,
  { kept, deadline, reason, why }: PassedOn,
  fallback: Fallback,
): Promise<Answer> {
  const departure = new AbortController()
  response.once('close', () => departure.abort(new Error('the client went away')))
  const body = await kept.bytes()
  const [path = ''] = (request.url ?? '').split('?', 1)
  const contentType = request.headers['content-type'] ?? 'application/json'
  const timeoutMs = deadline - performance.now()
  return fallback.answer({ path, contentType, body, timeoutMs, signal: departure.signal }, reason, why)
}

function isForwarded({ headers }: IncomingMessage): boolean {
  return headers[FORWARDED_HEADER] !== undefined
}
