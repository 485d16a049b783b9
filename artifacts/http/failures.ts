import type { ErrorCode } from '../../util/error-codes.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { showForeign } from '../show-foreign.ts'

/** A failure that may pass: what failed is worth another attempt. */
export class PassingFailure extends GatehouseError {
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super('ERR_ARTIFACT_FETCH', message, options)
    this.retryAfterMs = options.retryAfterMs
  }
}

const PASSING_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
])

/** Why a connection failed, in one line. Node leaves the message empty when it tried several addresses. */
export function describeFailure(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error
  // Node's own advice is wrong here: what the machine trusts is trusted already
  const message = messageOf(first ?? error).replace(/; if the root CA is installed locally.*$/, '')
  return showForeign(message) || codeOf(error) || 'the connection failed'
}

/** Whether a failed connection may work a moment later; a wrong certificate will not. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error)
  // our own time-out, and Node's plain Error for an answer that ends early, carry none of the codes
  return code === undefined || PASSING_CODES.has(code)
}

/** An answer with a status that stands for a failure. */
export function statusFailure(what: string, status: number, retryAfter: string | undefined): GatehouseError {
  const said = `${what}: the server answers ${status}`
  if (status === 429 || status >= 500) return new PassingFailure(said, { retryAfterMs: parseRetryAfter(retryAfter) })
  return new GatehouseError(CODE_OF[status] ?? 'ERR_ARTIFACT_FETCH', `${said}${MEANING[status] ?? ''}`)
}

const CODE_OF: Readonly<Record<number, ErrorCode>> = {
  401: 'ERR_ARTIFACT_REFUSED',
  403: 'ERR_ARTIFACT_REFUSED',
  404: 'ERR_ARTIFACT_NOT_FOUND',
}

const MEANING: Readonly<Record<number, string>> = {
  401: ', it wants other credentials',
  403: ', these credentials do not suffice',
  404: ', there is no such thing',
}

/** Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
export function parseRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function codeOf(error: unknown): string | undefined {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
