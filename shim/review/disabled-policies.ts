import type { Log } from '../../util/log.ts'

/** One policy, or every policy, is not asked for a while. */
export interface Disablement {
  /** Absent: every policy, those that are loaded later too. */
  readonly policyId?: string
  readonly since: Date
  readonly until: Date
}

interface Entry {
  readonly disablement: Disablement
  /** The `performance.now()` at which it ends: somebody may set the clock meanwhile. */
  readonly endsAt: number
  readonly timer: NodeJS.Timeout
}

const EVERY_POLICY = Symbol('every policy')

/**
 * What an operator switched off by hand, and until when. It lives in this process alone: a reload of the policies leaves
 * it as it is, and after a restart every policy is asked again.
 */
export class DisabledPolicies implements Disposable {
  readonly #log: Log
  readonly #entries = new Map<string | typeof EVERY_POLICY, Entry>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Disables one policy, or every policy if none is named; a later call for the same replaces the end. */
  disable(policyId: string | undefined, spanMs: number): Disablement {
    const key = policyId ?? EVERY_POLICY
    clearTimeout(this.#entries.get(key)?.timer)
    const since = new Date()
    const until = new Date(since.getTime() + spanMs)
    const disablement = { ...(policyId === undefined ? {} : { policyId }), since, until }
    const timer = setTimeout(() => this.#end(key, 'its time is up'), spanMs).unref()
    this.#entries.set(key, { disablement, endsAt: performance.now() + spanMs, timer })
    this.#log.warn({ ...nameOf(key), until }, 'disabled by hand: requests are allowed unasked')
    return disablement
  }

  /** Ends it before its time. Returns whether there was anything to end. */
  enable(policyId: string | undefined): boolean {
    return this.#end(policyId ?? EVERY_POLICY, 'enabled by hand')
  }

  /** Why this policy is not to be asked now; undefined when it is. */
  find(policyId: string): Disablement | undefined {
    // nearly always
    if (this.#entries.size === 0) return undefined
    return this.#active(policyId) ?? this.#active(EVERY_POLICY)
  }

  /** What is disabled now, the entry for every policy first. */
  list(): Disablement[] {
    const active = [...this.#entries.keys()].map((key) => this.#active(key)).filter((entry) => entry !== undefined)
    return active.sort((one, other) => Number(one.policyId !== undefined) - Number(other.policyId !== undefined))
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#entries.values()) clearTimeout(timer)
    this.#entries.clear()
  }

  // A busy event loop may be late with the timer; nobody is let through for that.
  #active(key: string | typeof EVERY_POLICY): Disablement | undefined {
    const entry = this.#entries.get(key)
    return entry === undefined || entry.endsAt <= performance.now() ? undefined : entry.disablement
  }

  #end(key: string | typeof EVERY_POLICY, reason: string): boolean {
    const entry = this.#entries.get(key)
    if (entry === undefined) return false
    clearTimeout(entry.timer)
    this.#entries.delete(key)
    this.#log.warn({ ...nameOf(key), reason }, 'no longer disabled: requests are judged again')
    return true
  }
}

function nameOf(key: string | typeof EVERY_POLICY): { readonly policyId: string } | { readonly policies: 'all' } {
  return key === EVERY_POLICY ? { policies: 'all' } : { policyId: key as string }
}
