import type { Member } from './member.ts'

export interface RegistrationFacts {
  /** All shims that live, the deciding one among them. */
  readonly members: readonly Member[]
  /** The digest of the set that the deciding shim has in force. */
  readonly current: string
  /** The digest that the webhook configurations name now; absent when there are none. */
  readonly registered?: string | undefined
}

/** Which set the webhook configurations have to name, and which shims keep a newer one from being named. */
export interface RegistrationDecision {
  /** Absent: none yet. */
  readonly digest?: string
  readonly waitingFor: readonly string[]
}

/**
 * A set is registered when every shim that lives answers for it, so that no API server is sent to a shim that does not know it.
 * Until then the one before stays.
 */
export function decideRegistration({ members, current, registered }: RegistrationFacts): RegistrationDecision {
  const waitingFor = members.filter(({ sets }) => !sets.includes(current)).map(({ name }) => name)
  if (waitingFor.length === 0) return { digest: current, waitingFor }
  return { ...(registered !== undefined && { digest: registered }), waitingFor: waitingFor.sort() }
}
