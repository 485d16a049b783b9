import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Answer } from '../http/respond.ts'
import type { ReviewHandler } from '../http/review-handler.ts'
import { readTimeoutMs } from '../http/timeout.ts'
import type { Fallback } from './fallback.ts'
import { FORWARDED_HEADER } from './fallback-client.ts'
import type { FallbackReason } from './fallback-usage.ts'
import { reasonOf } from './reason-of.ts'

/** Answers as `review` does; what that one cannot answer, and another shim perhaps can, is passed on with the time that is left. */
export function withFallback(review: ReviewHandler, fallback: Fallback): ReviewHandler {
  return async (exchange, route, query) => {
    const startedAt = performance.now()
    try {
      return await review(exchange, route, query)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === undefined || exchange.headers[FORWARDED_HEADER] !== undefined) throw error
      return passOn(exchange, { deadline: startedAt + readTimeoutMs(query), reason, why: messageOf(error) }, fallback)
    }
  }
}

/** Passes on everything: the shim has no policies yet. */
export function onlyFallback(fallback: Fallback, why: () => string): ReviewHandler {
  return withFallback(async () => {
    throw new GatehouseError('ERR_LOADING', why())
  }, fallback)
}

interface PassedOn {
  readonly deadline: number
  readonly reason: FallbackReason
  readonly why: string
}

async function passOn(
  { url, headers, readBody, signal }: Exchange,
  { deadline, reason, why }: PassedOn,
  fallback: Fallback,
): Promise<Answer> {
  const body = await readBody()
  const [path = ''] = url.split('?', 1)
  const contentType = String(headers['content-type'] ?? 'application/json')
  return fallback.answer({ path, contentType, body, timeoutMs: deadline - performance.now(), signal }, reason, why)
}
