import type { ErrorCode } from './error-codes.ts'

/** What an error carries besides its message: the thing that caused it, and the way out. */
export interface GatehouseErrorOptions {
  readonly cause?: unknown
  /** What the user can do about it, as an imperative sentence. */
  readonly hint?: string
}

/** The one error class that crosses a module's edge: a stable code, a sentence, a way out, and the cause. */
export class GatehouseError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: GatehouseErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
  }

  static {
    GatehouseError.prototype.name = 'GatehouseError'
  }
}

/** Narrows to a GatehouseError, of one code if it is named. */
export function isGatehouseError(error: unknown, code?: ErrorCode): error is GatehouseError {
  return error instanceof GatehouseError && (code === undefined || error.code === code)
}

/** The message of anything thrown: guests, libraries and Node throw more than `Error`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
