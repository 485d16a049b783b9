import type { AdmissionResponse } from '../../evaluator/admission-response.ts'

/** An AdmissionResponse as one line of JSON, its fields in the order in which `kwctl` writes them: scripts match on it. */
export function formatResponse({
  uid,
  allowed,
  patchType,
  patch,
  status,
  auditAnnotations,
  warnings,
}: AdmissionResponse): string {
  const { status: state, message, reason, details, code } = status ?? {}
  const ordered = status && { status: state, message, reason, details, code }
  return `${JSON.stringify({ uid, allowed, patchType, patch, status: ordered, auditAnnotations, warnings })}\n`
}
