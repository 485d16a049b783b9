import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isGatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { readBody } from '../http/body.ts'
import { HttpError } from '../http/http-error.ts'
import { type Answer, send } from '../http/respond.ts'
import type { AdminError, AdminRoute, AdminRoutes } from './admin-api.ts'
import type { AdminFacts } from './admin-facts.ts'
import { disable, enable } from './change-disabled.ts'
import { describePolicies } from './describe-policies.ts'
import { describeStatus } from './describe-status.ts'

export interface AdminHandlerOptions {
  readonly facts: AdminFacts
  /** Where it answers. */
  readonly path: string
  readonly log: Log
}

type AdminHandlers = { readonly [Route in AdminRoute]: (request: unknown) => AdminRoutes[Route]['answer'] }

/** Answers on the admin socket. Whoever may write to that socket is the operator; nothing here is reachable elsewhere. */
export function createAdminHandler({ facts, path, log }: AdminHandlerOptions): RequestListener {
  const handlers: AdminHandlers = {
    'GET /status': () => describeStatus(facts, path),
    'GET /policies': () => describePolicies(facts),
    'POST /disable': (request) => disable(facts, request),
    'POST /enable': (request) => enable(facts, request),
  }
  return (request, response) => {
    respond(request, response, handlers).catch((error) => {
      log.error({ error: messageOf(error) }, 'an answer on the admin socket could not be sent')
      response.destroy()
    })
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, handlers: AdminHandlers): Promise<void> {
  const answer = await answerOf(request, handlers).catch(toErrorAnswer)
  // no connection is kept: a shutdown has none to wait for
  if (!response.destroyed) send(response, answer, true)
}

async function answerOf(request: IncomingMessage, handlers: AdminHandlers): Promise<Answer> {
  const { method = '', url = '' } = request
  const route = `${method} ${url}`
  const body = await readBody(request)
  if (!isRoute(route, handlers)) throw new HttpError(404, `${route} is not answered here`)
  return json(200, handlers[route](method === 'POST' ? parse(body) : undefined))
}

function isRoute(route: string, handlers: AdminHandlers): route is AdminRoute {
  return Object.hasOwn(handlers, route)
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw new HttpError(400, 'the request is not JSON')
  }
}

function toErrorAnswer(error: unknown): Answer {
  if (isGatehouseError(error)) {
    const { code, message, hint } = error
    return errorAnswer(code === 'ERR_POLICY_UNKNOWN' ? 404 : 422, {
      code,
      message,
      ...(hint !== undefined && { hint }),
    })
  }
  if (error instanceof HttpError)
    return errorAnswer(error.status, { code: 'ERR_ADMIN_REQUEST', message: error.message })
  return errorAnswer(500, { code: 'ERR_INTERNAL', message: messageOf(error) })
}

function errorAnswer(status: number, error: AdminError): Answer {
  return json(status, error)
}

function json(status: number, value: object): Answer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
}
