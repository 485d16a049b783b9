import type { Validity } from '../../util/certificates.ts'

const DAY_MS = 86_400_000

/**
 * Boards without a battery-backed clock start in 1970, or wherever their image was made, and jump to the present when
 * they reach a time server. Certificates therefore start with the Unix epoch, and end counting from here at the
 * earliest: one that is issued before the jump is still good after it.
 */
const CLOCK_FLOOR = new Date('2026-11-01T00:00:00Z')

/** Ten years: replacing an authority means telling every API server. */
export function authorityValidity(now: Date): Validity {
  return validFor(10 * 365, now)
}

/** One year: replacing the shim's own certificate costs nothing. */
export function serverValidity(now: Date): Validity {
  return validFor(365, now)
}

/** Less than this is left: time to issue another. */
const RENEWAL_MS = 30 * DAY_MS

/** Whether a certificate that ends then should be replaced. */
export function isDueForRenewal(notAfter: Date, now: Date): boolean {
  return notAfter.getTime() - atLeastFloor(now) < RENEWAL_MS
}

function validFor(days: number, now: Date): Validity {
  return { notBefore: new Date(0), notAfter: new Date(atLeastFloor(now) + days * DAY_MS) }
}

function atLeastFloor(now: Date): number {
  return Math.max(now.getTime(), CLOCK_FLOOR.getTime())
}
