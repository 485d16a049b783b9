import type { Log } from '../../util/log.ts'

/** Why the shim could not answer itself. */
export const FALLBACK_REASONS = ['loading', 'overloaded', 'set-missing', 'policy-missing', 'unanswered'] as const
export type FallbackReason = (typeof FALLBACK_REASONS)[number]
export const FALLBACK_RESULTS = ['answered', 'failed'] as const
export type FallbackResult = (typeof FALLBACK_RESULTS)[number]

/** How much the fallback was needed since the shim started. */
export interface FallbackUse {
  readonly answered: number
  readonly failed: number
  readonly inFlight: number
  readonly last?: { readonly at: Date; readonly reason: FallbackReason }
  readonly lastFailure?: { readonly at: Date; readonly message: string }
}

/** After so long without a request that needed it, the shim answers by itself again. */
const QUIET_MS = 5000

/** Counts, and tells the log when the fallback begins to be needed, when it fails, and when it is over: a line each, not one per request. */
export class FallbackUsage implements Disposable {
  readonly #log: Log
  readonly #record: (reason: FallbackReason, result: FallbackResult) => void
  readonly #counts: Record<FallbackResult, number> = { answered: 0, failed: 0 }
  #since: Record<FallbackResult, number> | undefined
  #reasons = new Set<FallbackReason>()
  #isFailing = false
  #quiet: NodeJS.Timeout | undefined
  #last: FallbackUse['last']
  #lastFailure: FallbackUse['lastFailure']

  constructor(log: Log, record: (reason: FallbackReason, result: FallbackResult) => void) {
    this.#log = log
    this.#record = record
  }

  get use(): Omit<FallbackUse, 'inFlight'> {
    return {
      ...this.#counts,
      ...(this.#last && { last: this.#last }),
      ...(this.#lastFailure && { lastFailure: this.#lastFailure }),
    }
  }

  note(reason: FallbackReason, why: string): void {
    this.#last = { at: new Date(), reason }
    if (!this.#reasons.has(reason)) this.#log.warn({ reason, why }, 'requests are passed on to the fallback')
    this.#reasons.add(reason)
    this.#since ??= { ...this.#counts }
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => this.#end(), QUIET_MS)
    this.#quiet.unref()
  }

  answered(reason: FallbackReason): void {
    this.#counts.answered += 1
    this.#isFailing = false
    this.#record(reason, 'answered')
  }

  failed(reason: FallbackReason, message: string): void {
    this.#counts.failed += 1
    this.#lastFailure = { at: new Date(), message }
    if (!this.#isFailing)
      this.#log.error({ reason, error: message }, 'the fallback does not answer either: failurePolicy decides')
    this.#isFailing = true
    this.#record(reason, 'failed')
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#quiet)
  }

  #end(): void {
    const { answered = 0, failed = 0 } = this.#since ?? {}
    const fields = { answered: this.#counts.answered - answered, failed: this.#counts.failed - failed }
    this.#log.info({ ...fields, reasons: [...this.#reasons] }, 'the fallback is not needed any more')
    this.#since = undefined
    this.#reasons.clear()
    this.#isFailing = false
  }
}
