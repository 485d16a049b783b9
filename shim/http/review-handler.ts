import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseAdmissionReview, parseRawReview } from '../../evaluator/admission-request.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import type { Reviewer } from '../review/reviewer.ts'
import { readBody } from './body.ts'
import { HttpError } from './http-error.ts'
import { type Answer, reviewAnswer } from './respond.ts'
import type { ReviewRoute } from './routes.ts'
import { readTimeoutMs } from './timeout.ts'

export interface ReviewHandlerOptions {
  readonly policies: PoliciesInForce
  readonly reviewer: Reviewer
}

/** Answers one of Kubewarden's three POST endpoints. @throws what `toHttpError` understands */
export type ReviewHandler = (exchange: Exchange, route: ReviewRoute, query: string) => Promise<Answer>

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

// application/json, or a format that is built on it
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

export function createReviewHandler({ policies, reviewer }: ReviewHandlerOptions): ReviewHandler {
  return async ({ request, response }, { origin, policyId }, query) => {
    const deadline = performance.now() + readTimeoutMs(query)
    const type = request.headers['content-type'] ?? ''
    if (!JSON_TYPE.test(type)) throw new HttpError(415, `the Content-Type is "${type}"; it must be application/json`)
    const policy = policies.current.get(policyId)
    if (policy === undefined) throw new HttpError(404, `unknown policy: ${policyId}`)
    const body = await readBody(request)
    const parsed = origin === 'validate_raw' ? parseRawReview(body) : parseAdmissionReview(body)
    const signal = signalOfDeparture(response)
    return reviewAnswer(origin, await reviewer.review({ origin, policy, request: parsed, deadline, signal }))
  }
}

/** Aborts when the client closes its connection before it has its answer. */
function signalOfDeparture(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) controller.abort(new Error('the client went away'))
  })
  return controller.signal
}
