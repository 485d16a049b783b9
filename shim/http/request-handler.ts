import type { RequestListener } from 'node:http'
import type { Log } from '../../util/log.ts'
import type { Drain } from './drain.ts'
import { HttpError, toHttpError } from './http-error.ts'
import { type Answer, errorAnswer, send } from './respond.ts'
import type { Exchange, ReviewHandler } from './review-handler.ts'
import { findRoute, methodsOf, type ProbeRoute, type Route } from './routes.ts'

export interface RequestHandlerOptions {
  readonly review: ReviewHandler
  readonly probes: Probes
  readonly drain: Drain
  readonly log: Log
}

export type Probes = Readonly<Record<ProbeRoute['kind'], () => Answer | Promise<Answer>>>

/** The one request handler behind all of the shim's listeners. */
export function createRequestHandler(options: RequestHandlerOptions): RequestListener {
  const { drain, log } = options
  return (request, response) => {
    drain.track(response)
    respond({ request, response }, options).catch((error) => {
      log.error({ error: describe(error) }, 'an answer could not be sent')
      response.destroy()
    })
  }
}

async function respond(exchange: Exchange, options: RequestHandlerOptions): Promise<void> {
  const { response } = exchange
  const answer = await handle(exchange, options).catch((error) => toErrorAnswer(error, exchange, options.log))
  // A client that went away has closed the response with it; nobody is left to be told.
  if (!response.destroyed) send(response, answer, options.drain.isDraining)
}

async function handle(exchange: Exchange, { review, probes }: RequestHandlerOptions): Promise<Answer> {
  const { url = '', method = '' } = exchange.request
  const [path = '', query = ''] = url.split('?', 2)
  const route = findRoute(path)
  if (route === undefined) throw new HttpError(404, 'not found')
  checkMethod(route, method)
  if (route.kind !== 'review' && route.kind !== 'entry') return probes[route.kind]()
  return review(exchange, route, query)
}

function checkMethod(route: Route, method: string): void {
  const methods = methodsOf(route)
  if (methods.includes(method)) return
  const allowed = methods.join(', ')
  throw new HttpError(405, `${method} is not answered here; use ${allowed}`, { Allow: allowed })
}

function toErrorAnswer(error: unknown, { request, response }: Exchange, log: Log): Answer {
  const httpError = toHttpError(error)
  const { url } = request
  const fields = { url, status: httpError.status }
  if (response.destroyed) log.info({ url }, 'the client went away')
  else if (httpError.status === 500) log.error({ ...fields, error: describe(error) }, 'a request could not be answered')
  else log.warn({ ...fields, error: httpError.message }, 'a request was refused')
  return errorAnswer(httpError)
}

function describe(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : String(error)
}
