import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Log } from '../../util/log.ts'
import { readBody } from './body.ts'
import type { Drain } from './drain.ts'
import type { Answerer, Exchange } from './exchange.ts'
import { send } from './respond.ts'

export interface RequestListenerOptions {
  readonly answer: Answerer
  readonly drain: Drain
  readonly log: Log
}

/** Answers the requests of one of Node's servers. */
export function createRequestListener(options: RequestListenerOptions): RequestListener {
  const { drain, log } = options
  return (request, response) => {
    drain.track(response)
    respond(request, response, options).catch((error) => {
      log.error({ error: error instanceof Error ? error.stack : String(error) }, 'an answer could not be sent')
      response.destroy()
    })
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, drain }: RequestListenerOptions,
): Promise<void> {
  const answered = await answer(toExchange(request, response))
  // A client that went away has closed the response with it; nobody is left to be told.
  if (!response.destroyed) send(response, answered, drain.isDraining)
}

function toExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const { method = '', url = '', headers } = request
  let body: Promise<Uint8Array> | undefined
  const read = () => {
    body ??= readBody(request)
    return body
  }
  return { method, url, headers, readBody: read, signal: signalOfDeparture(response) }
}

function signalOfDeparture(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) controller.abort(new Error('the client went away'))
  })
  return controller.signal
}
