import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseAdmissionReview, parseRawReview } from '../../evaluator/admission-request.ts'
import { type Answerers, answerForEntry, answerForPolicy, findEntry, findPolicy } from './answer-review.ts'
import { readBody } from './body.ts'
import { HttpError, toPlainTextError } from './http-error.ts'
import type { Answer } from './respond.ts'
import type { EntryRoute, ReviewRoute } from './routes.ts'
import { readTimeoutMs } from './timeout.ts'

/** Answers one of Kubewarden's three POST endpoints, or for an entry that policies share. @throws what `toHttpError` understands */
export type ReviewHandler = (exchange: Exchange, route: ReviewRoute | EntryRoute, query: string) => Promise<Answer>

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** In the place of reading the request's body: for whoever needs it as well. */
  readonly readBody?: () => Promise<Uint8Array>
}

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
  const type = exchange.request.headers['content-type'] ?? ''
  if (!JSON_TYPE.test(type)) throw new HttpError(415, `the Content-Type is "${type}"; it must be application/json`)
  const timed = { ...exchange, deadline }
  return route.kind === 'entry' ? reviewByEntry(timed, route, options) : reviewByPolicy(timed, route, options)
}

interface TimedExchange extends Exchange {
  readonly deadline: number
}

async function reviewByPolicy(
  { request, response, deadline, readBody: read = () => readBody(request) }: TimedExchange,
  { origin, policyId }: ReviewRoute,
  options: Answerers,
): Promise<Answer> {
  const policy = findPolicy(options.policies, policyId)
  const body = await read()
  const parsed = origin === 'validate_raw' ? parseRawReview(body) : parseAdmissionReview(body)
  const signal = signalOfDeparture(response)
  return answerForPolicy({ origin, policy, request: parsed, deadline, signal }, options)
}

async function reviewByEntry(
  { request, response, deadline, readBody: read = () => readBody(request) }: TimedExchange,
  { digest, entry: name }: EntryRoute,
  options: Answerers,
): Promise<Answer> {
  // the set is chosen once, and as a whole
  const entry = findEntry(options.policies, digest, name)
  const parsed = parseAdmissionReview(await read())
  return answerForEntry({ entry, request: parsed, deadline, signal: signalOfDeparture(response) }, options)
}

/** Aborts when the client closes its connection before it has its answer. */
function signalOfDeparture(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) controller.abort(new Error('the client went away'))
  })
  return controller.signal
}
