import { isGatehouseError, messageOf } from '../../util/errors.ts'

/** A request that is answered with something else than a verdict. */
export class HttpError extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body is the message alone, and no JSON. */
  readonly isPlainText: boolean

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}, isPlainText = false) {
    super(message)
    this.status = status
    this.headers = headers
    this.isPlainText = isPlainText
  }

  static {
    HttpError.prototype.name = 'HttpError'
  }
}

const STATUS_OF = {
  ERR_REQUEST_MALFORMED: 400,
  ERR_REQUEST_INVALID: 422,
  ERR_NAMESPACES_UNKNOWN: 503,
  ERR_POLICY_NOT_LOADED: 503,
  ERR_ENTRY_UNANSWERED: 503,
  ERR_FALLBACK: 503,
  ERR_LOADING: 503,
  ERR_POOL_FULL: 503,
  ERR_POOL_STOPPED: 503,
} as const

/** The answer to an error. Never a Retry-After: the API server would repeat the request until its own deadline. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error
  if (isGatehouseError(error) && error.code in STATUS_OF) {
    return new HttpError(STATUS_OF[error.code as keyof typeof STATUS_OF], messageOf(error))
  }
  // what Kubewarden says, and no more: the log has the rest
  return new HttpError(500, 'Something went wrong')
}

/** What is wrong with a request's body: the answers that Kubewarden's web framework gives by itself. */
const OF_THE_BODY = [400, 413, 415, 422]

/** The same error as Kubewarden's `/audit` and `/validate_raw` say it: about bodies in plain text, unlike `/validate`. */
export function toPlainTextError(error: unknown): unknown {
  const { status, message, headers } = toHttpError(error)
  return OF_THE_BODY.includes(status) ? new HttpError(status, message, headers, true) : error
}
