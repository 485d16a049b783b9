import { type CertificateLifetimes, CLOCK_FLOOR, remainingMs } from './lifetimes.ts'

export interface AuthorityFacts {
  readonly fingerprint: string
  readonly notAfter: Date
}

/** When a step was taken of which the next one has to keep its distance. */
export interface RotationRecord {
  /** `next`: published beside the active authority. `active`: signs in the place of another one. */
  readonly role: 'next' | 'active'
  readonly authority: string
  readonly since: Date
}

/** What there is, whoever made it: after a crash the steps are found again from it. */
export interface RotationFacts {
  readonly now: Date
  readonly lifetimes: CertificateLifetimes
  /** The authority that signs. */
  readonly active: AuthorityFacts
  /** The one that will. */
  readonly next?: AuthorityFacts | undefined
  /** A rotation was begun, and has not come as far as a certificate. */
  readonly isBegun: boolean
  /** The fingerprints of the bundle that API servers are to be given. */
  readonly published: readonly string[]
  /** The fingerprints of those with which every API server is known to verify. */
  readonly confirmed: ReadonlySet<string>
  readonly record?: RotationRecord | undefined
}

export type RotationStep =
  | { readonly kind: 'rest' }
  | { readonly kind: 'create' }
  | { readonly kind: 'publish' }
  | { readonly kind: 'record'; readonly role: RotationRecord['role'] }
  | { readonly kind: 'await-confirmation'; readonly since: Date; readonly fallbackAt: Date }
  | { readonly kind: 'switch'; readonly because: 'confirmed' | 'unconfirmed' | 'expired' }
  | { readonly kind: 'await-retirement'; readonly until: Date }
  | { readonly kind: 'retire' }

/**
 * The next step from one authority to another: create it; publish both in one bundle; wait until every API server verifies with
 * both; sign with the new one; and when nobody shows a certificate of the old one any more, take that out of the bundle.
 */
export function planRotation(facts: RotationFacts): RotationStep {
  const { active, next, published, isBegun, lifetimes, now } = facts
  if (next !== undefined) return planSwitch(facts, next)
  if (isBegun) return { kind: 'create' }
  if (published.some((fingerprint) => fingerprint !== active.fingerprint)) return planRetirement(facts)
  return { kind: remainingMs(active.notAfter, now) < lifetimes.rotationMs ? 'create' : 'rest' }
}

function planSwitch(facts: RotationFacts, next: AuthorityFacts): RotationStep {
  const { now, lifetimes, active, published, confirmed } = facts
  if (!published.includes(next.fingerprint)) return { kind: 'publish' }
  const since = recordedSince(facts, 'next', next)
  if (since === undefined) return { kind: 'record', role: 'next' }
  if (confirmed.has(next.fingerprint)) return { kind: 'switch', because: 'confirmed' }
  // what the old one has signed is good for nothing any more
  if (remainingMs(active.notAfter, now) <= 0) return { kind: 'switch', because: 'expired' }
  const lastResort = active.notAfter.getTime() - lifetimes.lastResortMs
  const fallbackAt = new Date(Math.max(lastResort, since.getTime() + lifetimes.unconfirmedMs))
  return now < fallbackAt
    ? { kind: 'await-confirmation', since, fallbackAt }
    : { kind: 'switch', because: 'unconfirmed' }
}

function planRetirement(facts: RotationFacts): RotationStep {
  const { now, lifetimes, active } = facts
  const since = recordedSince(facts, 'active', active)
  if (since === undefined) return { kind: 'record', role: 'active' }
  const until = new Date(since.getTime() + lifetimes.retirementMs)
  return now < until ? { kind: 'await-retirement', until } : { kind: 'retire' }
}

/** A time that a clock without a battery has told says nothing once the clock is right, and neither does one to come. */
function recordedSince({ record, now }: RotationFacts, role: RotationRecord['role'], authority: AuthorityFacts) {
  if (record?.role !== role || record.authority !== authority.fingerprint) return undefined
  const isTold = record.since <= now && (record.since >= CLOCK_FLOOR || now < CLOCK_FLOOR)
  return isTold ? record.since : undefined
}
