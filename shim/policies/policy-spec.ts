import type { WebhookFields } from '../../util/webhook-fields.ts'

/** One policy as its operator configured it, whichever file format it came from. Validated; trusted from here on. */
export interface PolicySpec {
  readonly id: string
  /** A module URI; `file://` and bare paths are resolved against the file that names them. */
  readonly module: string
  readonly mode: 'protect' | 'monitor'
  readonly allowedToMutate: boolean
  readonly settings: Readonly<Record<string, unknown>>
  /** Replaces the policy's own message on denial. */
  readonly message?: string
  /** Overrides the shim's own limit, seconds. */
  readonly timeoutEvalSeconds?: number
  readonly hostCapabilities: readonly string[]
  readonly contextAwareResources: readonly { readonly apiVersion: string; readonly kind: string }[]
  /** What the API server is told; absent in a plain Kubewarden policies.yml: served, but registered by nobody here. */
  readonly registration?: WebhookFields
}
