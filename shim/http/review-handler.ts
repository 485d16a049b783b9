import { parseAdmissionReview, parseRawReview } from '../../evaluator/admission-request.ts'
import { type Answerers, answerForEntry, answerForPolicy, findEntry, findPolicy } from './answer-review.ts'
import type { Exchange } from './exchange.ts'
import { HttpError, toPlainTextError } from './http-error.ts'
import type { Answer } from './respond.ts'
import type { EntryRoute, ReviewRoute } from './routes.ts'
import { readTimeoutMs } from './timeout.ts'
import { YoungBuffers } from './young-buffers.ts'

/** Answers one of Kubewarden's three POST endpoints, or for an entry that policies share. @throws what `toHttpError` understands */
export type ReviewHandler = (exchange: Exchange, route: ReviewRoute | EntryRoute, query: string) => Promise<Answer>

const buffers = new YoungBuffers()

// application/json, or a format that is built on it
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

export function createReviewHandler(options: Answerers): ReviewHandler {
  return async (exchange, route, query) => {
    try {
      return await answerReview(exchange, { route, query }, options)
    } catch (error) {
      throw route.kind === 'review' && route.origin !== 'validate' ? toPlainTextError(error) : error
    }
  }
}

interface AskedFor {
  readonly route: ReviewRoute | EntryRoute
  readonly query: string
}

async function answerReview(exchange: Exchange, { route, query }: AskedFor, options: Answerers): Promise<Answer> {
  const deadline = performance.now() + readTimeoutMs(query)
  const type = String(exchange.headers['content-type'] ?? '')
  if (type !== 'application/json' && !JSON_TYPE.test(type))
    throw new HttpError(415, `the Content-Type is "${type}"; it must be application/json`)
  return route.kind === 'entry'
    ? reviewByEntry(exchange, { route, deadline }, options)
    : reviewByPolicy(exchange, { route, deadline }, options)
}

interface Timed<R> {
  readonly route: R
  readonly deadline: number
}

async function reviewByPolicy(
  { readBody, signal }: Exchange,
  { route: { origin, policyId }, deadline }: Timed<ReviewRoute>,
  options: Answerers,
): Promise<Answer> {
  const policy = findPolicy(options.policies, policyId)
  const body = await readBody()
  const request = origin === 'validate_raw' ? parseRawReview(body) : parseAdmissionReview(body)
  const answer = await answerForPolicy({ origin, policy, request, deadline, signal }, options)
  buffers.forget(body.length)
  return answer
}

async function reviewByEntry(
  { readBody, signal }: Exchange,
  { route: { digest, entry: name }, deadline }: Timed<EntryRoute>,
  options: Answerers,
): Promise<Answer> {
  // the set is chosen once, and as a whole
  const entry = findEntry(options.policies, digest, name)
  const body = await readBody()
  const request = parseAdmissionReview(body)
  const answer = await answerForEntry({ entry, request, deadline, signal }, options)
  buffers.forget(body.length)
  return answer
}
