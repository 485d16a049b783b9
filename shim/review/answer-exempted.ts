import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { Exemption } from '../exemptions/exemption.ts'

/** Allows a request in the place of a policy that it is exempted from; the audit log is told, its sender is not. */
export function answerExempted(uid: string, policyId: string, { reason, until }: Exemption): AdmissionResponse {
  const end = until === undefined ? '' : ` until ${until}`
  const text = `exempted from policy ${policyId}${end}: ${reason}`
  return { uid, allowed: true, auditAnnotations: { exempted: text }, warnings: null }
}
