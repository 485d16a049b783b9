import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'

/** A policy as an evaluator thread takes it. */
export async function compilePolicy(id: string, bytes: Uint8Array, settings: object = {}): Promise<EvaluatedPolicy> {
  const { module } = await compilePolicyModule(bytes, { memoryLimitBytes: 16 * 1024 * 1024, source: `${id}.wasm` })
  return { id, module, settings: new TextEncoder().encode(JSON.stringify(settings)), hostCapabilities: [] }
}

/** The body of an AdmissionReview for a ConfigMap. */
export function admissionReview(fields: object = {}): Uint8Array {
  const request = {
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
  }
  return Buffer.from(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }))
}
