import type { Log } from '../../util/log.ts'
import { Memo } from '../../util/memo.ts'
import type { Answerer, Exchange } from './exchange.ts'
import { HttpError, toHttpError } from './http-error.ts'
import { type Answer, errorAnswer } from './respond.ts'
import type { ReviewHandler } from './review-handler.ts'
import { findRoute, methodsOf, type ProbeRoute, type Route } from './routes.ts'

export interface RequestHandlerOptions {
  readonly review: ReviewHandler
  readonly probes: Probes
  readonly log: Log
}

export type Probes = Readonly<Record<ProbeRoute['kind'], () => Answer | Promise<Answer>>>

/** What answers behind all of the shim's listeners. */
export function createRequestHandler(options: RequestHandlerOptions): Answerer {
  return async (exchange) => {
    try {
      return await handle(exchange, options)
    } catch (error) {
      return toErrorAnswer(error, exchange, options.log)
    }
  }
}

// those of the policies in force
const ROUTES = new Memo(1024, findRoute)

async function handle(exchange: Exchange, { review, probes }: RequestHandlerOptions): Promise<Answer> {
  const { url, method } = exchange
  const [path = '', query = ''] = url.split('?', 2)
  const route = ROUTES.get(path)
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

function toErrorAnswer(error: unknown, { url, signal }: Exchange, log: Log): Answer {
  const httpError = toHttpError(error)
  const fields = { url, status: httpError.status }
  if (signal.aborted) log.info({ url }, 'the client went away')
  else if (httpError.status === 500) log.error({ ...fields, error: describe(error) }, 'a request could not be answered')
  else log.warn({ ...fields, error: httpError.message }, 'a request was refused')
  return errorAnswer(httpError)
}

function describe(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : String(error)
}
