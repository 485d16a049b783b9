import type { RequestListener } from 'node:http'
import type { Log } from '../../util/log.ts'
import type { Fallback } from '../fallback/fallback.ts'
import { onlyFallback } from '../fallback/with-fallback.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Drain } from './drain.ts'
import { createRequestHandler } from './request-handler.ts'

export interface FrontOptions {
  readonly fallback: Fallback
  readonly metrics: Metrics
  readonly drain: Drain
  readonly log: Log
}

/** What answers on the socket from the first moment: the fallback alone until the policies are loaded, then the shim itself. */
export class Front {
  #handler: RequestListener
  #why = 'the shim has not loaded its policies yet'

  constructor({ fallback, metrics, drain, log }: FrontOptions) {
    const probes = {
      readiness: () => json(503, { ready: false, loading: this.#why }),
      livez: () => json(200, { alive: true }),
      metrics: async () => {
        const { contentType, text } = await metrics.expose()
        return { status: 200, contentType, body: text }
      },
    }
    this.#handler = createRequestHandler({ review: onlyFallback(fallback, () => this.#why), probes, drain, log })
  }

  readonly handler: RequestListener = (request, response) => this.#handler(request, response)

  /** Why it takes so long. */
  explain(why: string): void {
    this.#why = `the shim could not load its policies: ${why}`
  }

  /** From the next request on, on connections that are open too, this one answers. */
  use(handler: RequestListener): void {
    this.#handler = handler
  }
}

function json(status: number, value: object) {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
}
