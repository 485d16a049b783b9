import { readFile } from 'node:fs/promises'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type CertificateSource, readCaBundle } from '../tls/certificate-source.ts'
import { FallbackClient, type ForwardedAnswer, type ForwardedReview } from './fallback-client.ts'
import type { FallbackOptions } from './fallback-options.ts'
import { type FallbackReason, FallbackUsage, type FallbackUse } from './fallback-usage.ts'
import { describeFallback } from './read-fallback-flags.ts'

export interface FallbackParts {
  /** Of the shim, whose authority is trusted unless another one is named. */
  readonly certificates: CertificateSource
  readonly metrics: Metrics
  readonly log: Log
}

/** So many requests at the same time, on as many connections; what comes on top is refused as if there were no fallback. */
const MAX_IN_FLIGHT = 64
/** Bodies that are held meanwhile, together. */
const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024
/** With less time left, not even a handshake would fit. */
const MIN_TIMEOUT_MS = 20

/** Passes on what the shim cannot answer now. Its verdicts come back as they are; whatever else it says is no verdict. */
export class Fallback implements Disposable {
  readonly #options: FallbackOptions
  readonly #client: FallbackClient
  readonly #usage: FallbackUsage
  #inFlight = 0
  #bytes = 0

  constructor(options: FallbackOptions, { certificates, metrics, log }: FallbackParts) {
    this.#options = options
    const { caFile } = options
    const readCa = () => (caFile === undefined ? readCaBundle(certificates) : readFile(caFile, 'utf8'))
    this.#client = new FallbackClient({ ...options, readCa, maxConnections: MAX_IN_FLIGHT })
    this.#usage = new FallbackUsage(log, (reason, result) => metrics.recordFallback(reason, result))
  }

  get description(): string {
    return describeFallback(this.#options)
  }

  get use(): FallbackUse {
    return { ...this.#usage.use, inFlight: this.#inFlight }
  }

  /** @throws GatehouseError ERR_FALLBACK when it gives no verdict either: then failurePolicy decides */
  async answer(review: ForwardedReview, reason: FallbackReason, why: string): Promise<ForwardedAnswer> {
    this.#usage.note(reason, why)
    this.#inFlight += 1
    this.#bytes += review.body.byteLength
    try {
      this.#checkLimits(review)
      const answer = checkVerdict(await this.#client.send(review))
      this.#usage.answered(reason)
      return answer
    } catch (error) {
      // nobody waits for it any more, which is no fault of the fallback's
      if (!review.signal.aborted) this.#usage.failed(reason, messageOf(error))
      throw new GatehouseError(
        'ERR_FALLBACK',
        `${why}; the fallback ${this.description} does not answer: ${messageOf(error)}`,
        {
          cause: error,
        },
      )
    } finally {
      this.#inFlight -= 1
      this.#bytes -= review.body.byteLength
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]()
    this.#usage[Symbol.dispose]()
  }

  #checkLimits({ timeoutMs }: ForwardedReview): void {
    if (this.#inFlight > MAX_IN_FLIGHT) throw new Error(`${MAX_IN_FLIGHT} requests wait for it already`)
    if (this.#bytes > MAX_BYTES_IN_FLIGHT)
      throw new Error(`requests of ${MAX_BYTES_IN_FLIGHT} bytes wait for it already`)
    if (timeoutMs < MIN_TIMEOUT_MS) throw new Error('there is no time left to ask it')
  }
}

/** Anything that is not plainly a verdict is none. @throws Error */
function checkVerdict(answer: ForwardedAnswer): ForwardedAnswer {
  const { status, body } = answer
  if (status !== 200) throw new Error(`it answered ${status}: ${body.slice(0, 200)}`)
  if (!isVerdict(body)) throw new Error('its answer is no verdict')
  return answer
}

function isVerdict(body: string): boolean {
  try {
    const { response } = JSON.parse(body) as { response?: { uid?: unknown; allowed?: unknown } }
    return typeof response?.uid === 'string' && typeof response.allowed === 'boolean'
  } catch {
    return false
  }
}
