import type { AdmissionResponse, Status } from './admission-response.ts'
import { findOtherChange } from './metadata-patch.ts'

/** What the operator decided about a policy's verdicts. */
export interface PolicyModeOptions {
  readonly id: string
  readonly mode: 'protect' | 'monitor'
  readonly allowedToMutate: boolean
  /** Replaces the policy's own message on denial. */
  readonly message?: string
  /** It may change labels and annotations only. */
  readonly mutates?: 'metadata'
}

/** Turns the policy's own verdict into the one that the API server is given. Audits are given the policy's own. */
export function applyPolicyMode(response: AdmissionResponse, options: PolicyModeOptions): AdmissionResponse {
  if (options.mode === 'monitor') return allowUnchanged(response)
  const permitted = options.allowedToMutate
    ? refuseOtherChange(response, options)
    : refuseMutation(response, options.id)
  return options.message === undefined || permitted.allowed ? permitted : withMessage(permitted, options.message)
}

function allowUnchanged({ uid, auditAnnotations, warnings }: AdmissionResponse): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations, warnings }
}

// A policy that mutates unasked is denied, not merely kept from it: the object that it judged does not exist.
function refuseMutation(response: AdmissionResponse, id: string): AdmissionResponse {
  if (response.patch === undefined) return response
  const message = `Request rejected by policy ${id}. The policy attempted to mutate the request, but it is currently configured to not allow mutations.`
  return { ...allowUnchanged(response), allowed: false, status: { message } }
}

// Policies that are asked after it were promised an object that differs in nothing else.
function refuseOtherChange(response: AdmissionResponse, { id, mutates }: PolicyModeOptions): AdmissionResponse {
  const path = mutates === undefined || response.patch === undefined ? undefined : findOtherChange(response.patch)
  if (path === undefined) return response
  const message = `Request rejected by policy ${id}. The policy attempted to change ${path || 'the whole object'}, but it is configured to change labels and annotations only (mutates: metadata).`
  return { ...allowUnchanged(response), allowed: false, status: { message, code: 500 } }
}

// The policy's own words are kept, as a cause.
function withMessage(response: AdmissionResponse, message: string): AdmissionResponse {
  const { message: original, details, ...status }: Status = response.status ?? {}
  if (original === undefined) return { ...response, status: { ...response.status, message } }
  const causes = [...(details?.causes ?? []), { message: original }]
  return { ...response, status: { ...status, message, details: { ...details, causes } } }
}
