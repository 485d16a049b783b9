import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import { type Latency, LatencyHistogram } from './latency-histogram.ts'

/** What one policy has done since the shim started, or since it was added. Verdicts are its own: monitor mode changes none. */
export interface PolicyTraffic {
  readonly allowed: number
  readonly denied: number
  /** It should have decided and did not: a trap, a deadline, no thread. */
  readonly errors: number
  /** Let through while it was disabled. */
  readonly disabled: number
  /** Let through by an exemption. */
  readonly exempted: number
  readonly latencyMicros?: Latency
  readonly lastError?: PolicyError
}

export interface PolicyError {
  readonly at: Date
  readonly message: string
}

interface Entry {
  readonly histogram: LatencyHistogram
  allowed: number
  denied: number
  errors: number
  disabled: number
  exempted: number
  lastError?: PolicyError
}

/** A guest chooses the text of its errors. */
const MAX_MESSAGE_LENGTH = 500

/** Counts verdicts and times for each policy, small and exact enough for `gatehouse top`; dashboards read `/metrics`. */
export class PolicyStatistics {
  readonly #entries = new Map<string, Entry>()

  /** Counts one verdict as the policy itself gave it. */
  recordVerdict(policyId: string, { allowed, status }: AdmissionResponse, latencyMs: number): void {
    const entry = this.#entryOf(policyId)
    entry.histogram.record(latencyMs * 1000)
    if (allowed) entry.allowed += 1
    else if (status?.code === 500) this.recordError(policyId, status.message ?? 'it failed without a word')
    else entry.denied += 1
  }

  recordError(policyId: string, message: string): void {
    const entry = this.#entryOf(policyId)
    entry.errors += 1
    entry.lastError = { at: new Date(), message: message.slice(0, MAX_MESSAGE_LENGTH) }
  }

  recordDisabled(policyId: string): void {
    this.#entryOf(policyId).disabled += 1
  }

  recordExempted(policyId: string): void {
    this.#entryOf(policyId).exempted += 1
  }

  /** Undefined when it was never asked. */
  find(policyId: string): PolicyTraffic | undefined {
    const entry = this.#entries.get(policyId)
    if (entry === undefined) return undefined
    const { histogram, ...counts } = entry
    const { latency } = histogram
    return { ...counts, ...(latency === undefined ? {} : { latencyMicros: latency }) }
  }

  forget(policyIds: ReadonlySet<string>): void {
    for (const id of policyIds) this.#entries.delete(id)
  }

  #entryOf(policyId: string): Entry {
    const present = this.#entries.get(policyId)
    if (present !== undefined) return present
    const entry = { histogram: new LatencyHistogram(), allowed: 0, denied: 0, errors: 0, disabled: 0, exempted: 0 }
    this.#entries.set(policyId, entry)
    return entry
  }
}
