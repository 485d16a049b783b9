const DAY_MS = 86_400_000

/**
 * Boards without a battery-backed clock start in 1970, or wherever their image was made, and jump to the present when
 * they reach a time server. Certificates therefore start with the Unix epoch, and end counting from here at the
 * earliest: one that is issued before the jump is still good after it.
 */
const CLOCK_FLOOR = new Date('2026-11-01T00:00:00Z')

/** From when to when certificates are valid. */
export const CERTIFICATE_VALIDITY = {
  start: new Date(0),
  authority: (now: Date) => after(now, 10 * 365),
  server: (now: Date) => after(now, 365),
} as const

/** Less than this is left: time to issue another. */
const RENEWAL_MS = 30 * DAY_MS

/** Whether a certificate that ends then should be replaced. */
export function isDueForRenewal(notAfter: Date, now: Date): boolean {
  return notAfter.getTime() - atLeastFloor(now) < RENEWAL_MS
}

function after(now: Date, days: number): Date {
  return new Date(atLeastFloor(now) + days * DAY_MS)
}

function atLeastFloor(now: Date): number {
  return Math.max(now.getTime(), CLOCK_FLOOR.getTime())
}
