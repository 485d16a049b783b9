import { type LeaseSpec, toMicroTime } from './lease.ts'

/** A Lease as one candidate saw it last, and since when it has looked like that, by the candidate's own clock. */
export interface ObservedLease {
  readonly spec: LeaseSpec
  readonly sinceMs: number
}

export interface Candidate {
  readonly identity: string
  readonly leaseDurationSeconds: number
}

/** Keeps the moment of the first look at a Lease that has not changed since: the clocks of others are never compared. */
export function observe(before: ObservedLease | undefined, spec: LeaseSpec, nowMs: number): ObservedLease {
  const isSame =
    before !== undefined &&
    before.spec.renewTime === spec.renewTime &&
    before.spec.holderIdentity === spec.holderIdentity &&
    before.spec.leaseTransitions === spec.leaseTransitions
  return isSame ? before : { spec, sinceMs: nowMs }
}

/** Whether somebody else holds it, as far as this candidate can know. */
export function isHeldByOther({ spec, sinceMs }: ObservedLease, { identity }: Candidate, nowMs: number): boolean {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = spec
  return holderIdentity !== '' && holderIdentity !== identity && nowMs < sinceMs + leaseDurationSeconds * 1000
}

/** What the candidate writes to take the Lease or to keep it. */
export function holdLease(current: LeaseSpec | undefined, candidate: Candidate, now: Date): LeaseSpec {
  const isOurs = current?.holderIdentity === candidate.identity
  const renewTime = toMicroTime(now)
  return {
    holderIdentity: candidate.identity,
    leaseDurationSeconds: candidate.leaseDurationSeconds,
    acquireTime: (isOurs ? current.acquireTime : undefined) ?? renewTime,
    renewTime,
    leaseTransitions: current === undefined ? 0 : (current.leaseTransitions ?? 0) + (isOurs ? 0 : 1),
  }
}

/** What the holder writes to give it up: whoever looks next may have it. */
export function releaseLease({ leaseTransitions = 0 }: LeaseSpec, now: Date): LeaseSpec {
  const renewTime = toMicroTime(now)
  return { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: renewTime, renewTime, leaseTransitions }
}

/** A Lease that nobody has seen renewed, and that by its own words was renewed so long ago, is one that was left behind. */
const FORGOTTEN_MS = 10 * 60_000

/**
 * Whether the process behind a member's Lease lives: it was seen renewed within its duration. At first sight it is taken to live,
 * unless it says that it is old.
 */
export function isAlive({ spec, sinceMs }: ObservedLease, nowMs: number): boolean {
  return nowMs < sinceMs + (spec.leaseDurationSeconds ?? 0) * 1000
}

/** Looks at a member's Lease; as `observe`, but one that is old at first sight has run out already. */
export function observeMember(before: ObservedLease | undefined, spec: LeaseSpec, clock: Clock): ObservedLease {
  const isOld = clock.now.getTime() - Date.parse(spec.renewTime ?? '') > FORGOTTEN_MS
  if (before === undefined && isOld) return { spec, sinceMs: Number.NEGATIVE_INFINITY }
  return observe(before, spec, clock.nowMs)
}

/** The time of day, to compare with what others wrote, and our own clock, which never jumps. */
export interface Clock {
  readonly now: Date
  readonly nowMs: number
}
