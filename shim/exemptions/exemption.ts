/**
 * Requests that a policy is not asked about. What is given must all match; of a field's values one must. Validated:
 * something is given that not every request has.
 */
export interface Exemption {
  readonly namespaces?: readonly string[]
  readonly users?: readonly string[]
  readonly groups?: readonly string[]
  /** Names of objects; a trailing `*` makes one a prefix. */
  readonly names?: readonly string[]
  /** RFC 3339; from this instant on it exempts nothing. */
  readonly until?: string
  readonly reason: string
}

/** Whether its time is over. */
export function isExpired({ until }: Exemption, now: number): boolean {
  return until !== undefined && Date.parse(until) <= now
}
