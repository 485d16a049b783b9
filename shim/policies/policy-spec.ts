import type { WebhookFields } from '../../util/webhook-fields.ts'
import type { Exemption } from '../exemptions/exemption.ts'

/** One policy as its operator configured it, whichever file format it came from. Validated; trusted from here on. */
export interface PolicySpec {
  readonly id: string
  /** An absolute `file://` URL: what the file named, resolved against the file. */
  readonly module: string
  readonly mode: 'protect' | 'monitor'
  readonly allowedToMutate: boolean
  /** For `JSON.stringify` only: numbers that JavaScript cannot hold are `JSON.rawJSON`, which no structured clone survives. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Replaces the policy's own message on denial. */
  readonly message?: string
  /** Overrides the shim's own limit, seconds. */
  readonly timeoutEvalSeconds?: number
  readonly hostCapabilities: readonly string[]
  readonly contextAwareResources: readonly { readonly apiVersion: string; readonly kind: string }[]
  /** Requests that it is not asked about; expired ones among them. Absent: none. */
  readonly exemptions?: readonly Exemption[]
  /** What the API server is told; absent in a plain Kubewarden policies.yml: served, but registered by nobody here. */
  readonly registration?: WebhookFields
}
