import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseAdmissionReview, parseRawReview } from '../../evaluator/admission-request.ts'
import type { DecisionObserver } from '../decisions/decision.ts'
import { observeDecision } from '../decisions/observe-decision.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import type { RegisteredEntry } from '../registration/registered-set.ts'
import type { EntryReviewer } from '../review/entry-reviewer.ts'
import type { Reviewer } from '../review/reviewer.ts'
import { readBody } from './body.ts'
import { HttpError, toPlainTextError } from './http-error.ts'
import { type Answer, reviewAnswer } from './respond.ts'
import type { EntryRoute, ReviewRoute } from './routes.ts'
import { readTimeoutMs } from './timeout.ts'

export interface ReviewHandlerOptions {
  readonly policies: PoliciesInForce
  readonly reviewer: Reviewer
  readonly entryReviewer: EntryReviewer
  /** Hears of every review that could be read. */
  readonly onDecision?: DecisionObserver
}

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

export function createReviewHandler(options: ReviewHandlerOptions): ReviewHandler {
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

async function answerReview(
  exchange: Exchange,
  { route, query }: AskedFor,
  options: ReviewHandlerOptions,
): Promise<Answer> {
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
  { policies, reviewer, onDecision }: ReviewHandlerOptions,
): Promise<Answer> {
  const policy = policies.current.get(policyId)
  if (policy === undefined) throw new HttpError(404, `unknown policy: ${policyId}`)
  const body = await read()
  const parsed = origin === 'validate_raw' ? parseRawReview(body) : parseAdmissionReview(body)
  const signal = signalOfDeparture(response)
  const verdict = await observeDecision({ origin, request: parsed, onDecision }, (trace) =>
    reviewer.review({ origin, policy, request: parsed, deadline, signal, trace }),
  )
  return reviewAnswer(origin, verdict)
}

async function reviewByEntry(
  { request, response, deadline, readBody: read = () => readBody(request) }: TimedExchange,
  { digest, entry: name }: EntryRoute,
  { policies, entryReviewer, onDecision }: ReviewHandlerOptions,
): Promise<Answer> {
  // the set is chosen once, and as a whole
  const entry = findEntry(policies, digest, name)
  const parsed = parseAdmissionReview(await read())
  const signal = signalOfDeparture(response)
  const verdict = await observeDecision({ origin: 'validate', request: parsed, onDecision }, (trace) =>
    entryReviewer.review({ entry, request: parsed, deadline, signal, trace }),
  )
  return reviewAnswer('validate', verdict)
}

function findEntry({ sets }: PoliciesInForce, digest: string, name: string): RegisteredEntry {
  const set = sets.find(digest)
  if (set === undefined) {
    throw new HttpError(503, `the policy set ${digest} is not here; the one in force is ${sets.current.digest}`)
  }
  const entry = set.entries.get(name)
  if (entry === undefined) throw new HttpError(503, `the policy set ${digest} has no entry ${name}`)
  return entry
}

/** Aborts when the client closes its connection before it has its answer. */
function signalOfDeparture(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) controller.abort(new Error('the client went away'))
  })
  return controller.signal
}
