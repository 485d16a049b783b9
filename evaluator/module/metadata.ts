/** How a module is called; `component` is ours, the others are Kubewarden's. */
export type ExecutionMode = 'kubewarden-wapc' | 'wasi' | 'opa' | 'gatekeeper'

/** What a policy's author says of it, in the custom section `io.kubewarden.metadata`. */
export interface PolicyMetadata {
  readonly protocolVersion?: 'v1' | 'Unknown'
  readonly rules: readonly MetadataRule[]
  readonly annotations: Readonly<Record<string, string>>
  readonly mutating: boolean
  readonly backgroundAudit: boolean
  readonly executionMode: ExecutionMode
  readonly policyType: 'kubernetes' | 'raw'
  readonly contextAwareResources: readonly { readonly apiVersion: string; readonly kind: string }[]
  readonly hostCapabilities?: readonly string[]
  /** Only major and minor are compared. */
  readonly minimumKubewardenVersion?: string
}

export interface MetadataRule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
  readonly operations: readonly string[]
}
