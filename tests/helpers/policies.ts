import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { reviewOf } from './admission-review.ts'
import { createPolicy } from './evaluations.ts'

/** A policy under an id, as the threads of the shim take it. */
export async function compilePolicy(id: string, module: Uint8Array): Promise<EvaluatedPolicy> {
  return { ...(await createPolicy(module)), id }
}

/** The body of an AdmissionReview for a ConfigMap. */
export function admissionReview(fields: object = {}): Buffer {
  return reviewOf({
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
    name: 'settings',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'alice' },
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'blue' } },
    ...fields,
  })
}
