/** The least that an AdmissionRequest must hold. */
export const MINIMAL_REQUEST = {
  uid: 'u1',
  kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
  resource: { group: 'apps', version: 'v1', resource: 'deployments' },
  operation: 'CREATE',
  userInfo: {},
}

/** The body of an AdmissionReview with this request. */
export function reviewOf(request: unknown): Buffer {
  return Buffer.from(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }))
}
