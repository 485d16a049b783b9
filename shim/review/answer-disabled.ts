import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { Disablement } from './disabled-policies.ts'

/** Allows a request in the place of a policy that is disabled; its sender and the audit log are told. */
export function answerDisabled(uid: string, policyId: string, { until }: Disablement): AdmissionResponse {
  const text = `policy ${policyId} is disabled by hand until ${until.toISOString()}; it was not asked`
  return { uid, allowed: true, auditAnnotations: { disabled: text }, warnings: [text] }
}
