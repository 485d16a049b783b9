/** `admission.k8s.io/v1` AdmissionResponse as Kubewarden's policy server writes it: absent optionals but two nulls. */
export interface AdmissionResponse {
  readonly uid: string
  readonly allowed: boolean
  /** Standard base64 of a JSON Patch (RFC 6902) array. */
  readonly patch?: string
  readonly patchType?: 'JSONPatch'
  readonly status?: Status
  readonly auditAnnotations: Readonly<Record<string, string>> | null
  readonly warnings: readonly string[] | null
}

/** The part of `metav1.Status` that an admission verdict uses. */
export interface Status {
  readonly status?: string
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** A denial that the policy did not decide: code 500, as Kubewarden answers a policy that failed. */
export function rejectWithInternalError(uid: string, message: string): AdmissionResponse {
  return { uid, allowed: false, status: { message, code: 500 }, auditAnnotations: null, warnings: null }
}
