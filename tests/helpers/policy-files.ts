/** A rule for Pods, as YAML. */
export const PODS = '{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}'

/** A policy resource; its rules start at line 9. */
export const RESOURCE = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: no-privileged}
spec:
  module: file:///policies/pod-privileged.wasm
  mutating: false
  rules:
  - ${PODS}
`

/** A policy resource of another name, as an object. */
export function resource(name: string) {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
  const spec = { module: 'file:///a.wasm', mutating: false, rules }
  return { apiVersion: 'policies.kubewarden.io/v1', kind: 'ClusterAdmissionPolicy', metadata: { name }, spec }
}
