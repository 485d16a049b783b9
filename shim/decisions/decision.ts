import type { RequestAttributes } from '../../evaluator/request-attributes.ts'
import type { ReviewOrigin } from '../review/review-origin.ts'

/** One review that was answered, or should have been: what was asked, by whom, and what each policy made of it. */
export interface Decision {
  readonly at: Date
  readonly origin: ReviewOrigin
  readonly uid: string
  /** Absent for a raw review. */
  readonly attributes?: RequestAttributes
  /** In the order in which they were asked; who is asked again, after a mutation, stands here again. */
  readonly policies: readonly PolicyDecision[]
  /** Absent when there was no verdict: then `error` says why, and the API server's failurePolicy decides. */
  readonly allowed?: boolean
  readonly code?: number
  readonly reason?: string
  readonly error?: string
  readonly micros: number
}

/** What became of asking one policy. */
export interface PolicyDecision {
  readonly id: string
  /** What it came to; absent when there was no verdict. */
  readonly allowed?: boolean
  readonly code?: number
  readonly reason?: string
  /** Of a denial: what a group's members said, or the policy itself where its operator speaks for it. */
  readonly causes?: readonly DecisionCause[]
  readonly mutated?: true
  /** In monitor mode: the policy itself denied. */
  readonly wouldDeny?: true
  /** Was not asked, for the reason that the exemption gives. */
  readonly exempted?: string
  /** Was not asked, because it is disabled by hand. */
  readonly disabled?: true
  readonly error?: string
  readonly micros: number
}

export interface DecisionCause {
  readonly field?: string
  readonly reason?: string
}

/** Hears of every decision, at once; what takes time has to be done later. Never throws. */
export type DecisionObserver = (decision: Decision) => void
