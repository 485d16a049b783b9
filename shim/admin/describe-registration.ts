import type { RegistrationReport } from './admin-api.ts'
import type { AdminFacts } from './admin-facts.ts'

/** The set in force, and how its policies are joined to webhook entries. */
export function describeRegistration({ policies: { sets }, options }: AdminFacts): RegistrationReport {
  const { staticManifests } = options
  const entries = [...sets.current.entries.values()].map(({ planned: { name, phase, members, apart } }) => ({
    name,
    phase,
    members,
    apart,
  }))
  return {
    digest: sets.current.digest,
    answered: sets.digests,
    entries,
    ...(staticManifests === undefined
      ? {}
      : { staticManifests: { folder: staticManifests.folder, registration: staticManifests.registration } }),
  }
}
