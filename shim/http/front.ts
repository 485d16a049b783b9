import type { Log } from '../../util/log.ts'
import type { Fallback } from '../fallback/fallback.ts'
import { onlyFallback } from '../fallback/with-fallback.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Answerer } from './exchange.ts'
import { createRequestHandler } from './request-handler.ts'

export interface FrontOptions {
  readonly fallback: Fallback
  readonly metrics: Metrics
  readonly log: Log
}

/** What answers on the socket from the first moment: the fallback alone until the policies are loaded, then the shim itself. */
export class Front {
  #answer: Answerer
  #why = 'the shim has not loaded its policies yet'

  constructor({ fallback, metrics, log }: FrontOptions) {
    const probes = {
      readiness: () => json(503, { ready: false, loading: this.#why }),
      livez: () => json(200, { alive: true }),
      metrics: async () => {
        const { contentType, text } = await metrics.expose()
        return { status: 200, contentType, body: text }
      },
    }
    this.#answer = createRequestHandler({ review: onlyFallback(fallback, () => this.#why), probes, log })
  }

  readonly answer: Answerer = (exchange) => this.#answer(exchange)

  /** Why it takes so long. */
  explain(why: string): void {
    this.#why = `the shim could not load its policies: ${why}`
  }

  /** From the next request on, on connections that are open too, this one answers. */
  use(answer: Answerer): void {
    this.#answer = answer
  }
}

function json(status: number, value: object) {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
}
