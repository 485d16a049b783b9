import { describeAggregatedGroups, NO_AGGREGATED_GROUPS } from '../../plugin/aggregated-groups.ts'
import type { RegistrationState } from '../api-registration/started-api-registration.ts'
import type { RegisteredSet } from '../registration/registered-set.ts'
import { toWebhookPolicies } from '../registration/webhook-policies.ts'
import type { RegistrationOptions } from '../registration-options.ts'
import type { ApiObjectsReport, RegistrationReport } from './admin-api.ts'
import type { AdminFacts } from './admin-facts.ts'

const NOT_YET: RegistrationState = {
  isWriter: false,
  registered: undefined,
  waitingFor: [],
  aggregated: NO_AGGREGATED_GROUPS,
}

/** The set in force, and how its policies are joined to webhook entries. */
export function describeRegistration({
  policies: { sets },
  options,
  registrationState,
}: AdminFacts): RegistrationReport {
  const { staticManifests, apiObjects } = options
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
    ...(apiObjects === undefined
      ? {}
      : { apiObjects: describeApiObjects(apiObjects, sets.current, registrationState()) }),
  }
}

function describeApiObjects(
  { registration }: RegistrationOptions,
  { policies }: RegisteredSet,
  { isWriter, registered, waitingFor, aggregated, form, absent }: RegistrationState = NOT_YET,
): ApiObjectsReport {
  const registrable = toWebhookPolicies([...policies.values()].map(({ spec }) => spec))
  return {
    registration,
    writes: isWriter,
    ...(registered === undefined ? {} : { registered }),
    waitingFor,
    ...(form === undefined ? {} : { form }),
    ...(absent === undefined ? {} : { absent }),
    aggregatedGroups: describeAggregatedGroups('api', registrable, aggregated),
  }
}
