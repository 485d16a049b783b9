const DAY_MS = 86_400_000

/** How long certificates are valid, and what a rotation waits for. */
export interface CertificateLifetimes {
  /** Of an authority. */
  readonly authorityMs: number
  /** A new authority is announced when less than this is left of the old one. */
  readonly rotationMs: number
  /** Of the shim's own certificate. */
  readonly serverMs: number
  /** It is issued anew when less than this is left. */
  readonly renewalMs: number
  /** How long a static manifest has to lie there until the API server acts on it for certain. */
  readonly staticManifestMs: number
  /** How long a new authority has to be in the published bundle before it may sign without anybody's confirmation. */
  readonly unconfirmedMs: number
  /** Without a confirmation the old authority goes on until no more than this is left of it. */
  readonly lastResortMs: number
  /** How long an authority that signs no more stays in the bundle. */
  readonly retirementMs: number
}

export const DEFAULT_LIFETIMES: CertificateLifetimes = {
  authorityMs: 10 * 365 * DAY_MS,
  rotationMs: 180 * DAY_MS,
  serverMs: 365 * DAY_MS,
  renewalMs: 30 * DAY_MS,
  // it looks once a minute where its file system tells it nothing
  staticManifestMs: 10 * 60_000,
  unconfirmedMs: 30 * DAY_MS,
  lastResortMs: 2 * DAY_MS,
  retirementMs: DAY_MS,
}

/**
 * Boards without a battery-backed clock start in 1970, or wherever their image was made, and jump to the present when
 * they reach a time server. Certificates therefore start with the Unix epoch, and end counting from here at the
 * earliest: one that is issued before the jump is still good after it.
 */
export const CLOCK_FLOOR = new Date('2026-11-01T00:00:00Z')

/** When a certificate that is issued now has to begin and to end. */
export function validFor(lifetimeMs: number, now: Date) {
  return { notBefore: new Date(0), notAfter: new Date(atLeastFloor(now) + lifetimeMs) }
}

/** How much is left of a certificate that ends then. */
export function remainingMs(notAfter: Date, now: Date): number {
  return notAfter.getTime() - atLeastFloor(now)
}

function atLeastFloor(now: Date): number {
  return Math.max(now.getTime(), CLOCK_FLOOR.getTime())
}
