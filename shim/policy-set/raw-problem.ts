import { guestsServed, type LoadFailure, type ServedPolicy } from './policy-set.ts'

/**
 * What keeps a policy for raw requests from being served to an API server, which sends AdmissionReviews and nothing else: its
 * author says that it does not understand them.
 */
export function findRawProblem(policy: ServedPolicy): LoadFailure | undefined {
  const raw = guestsServed(policy).find(({ evaluated }) => evaluated.module.isRaw)
  if (raw === undefined || policy.spec.registration === undefined) return undefined
  const { id } = raw.evaluated
  const error = `${id} is for raw requests (policyType: raw), which no API server sends: remove the rules, and ask it by /validate_raw`
  return { state: 'not-loaded', path: ['rules'], error }
}
