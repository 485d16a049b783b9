import type { AdmissionResponse } from './admission-response.ts'

/** What the operator decided about a policy's verdicts. */
export interface PolicyModeOptions {
  readonly id: string
  readonly mode: 'protect' | 'monitor'
  readonly allowedToMutate: boolean
  /** Replaces the policy's own message on denial. */
  readonly message?: string
}

/** Turns the policy's own verdict into the one that the API server is given. */
export function applyPolicyMode(response: AdmissionResponse, _options: PolicyModeOptions): AdmissionResponse {
  return response
}
