import type { WebhookFields } from '../../util/webhook-fields.ts'
import type { Exemption } from '../exemptions/exemption.ts'

/** One policy as its operator configured it, whichever file format it came from. Validated; trusted from here on. */
export type PolicySpec = SinglePolicySpec | PolicyGroupSpec

/** A policy that is one module. */
export interface SinglePolicySpec extends ConfiguredPolicy, GuestSpec {
  /** Replaces the policy's own message on denial. */
  readonly message?: string
}

/** A policy that is a question to several modules. */
export interface PolicyGroupSpec extends ConfiguredPolicy {
  readonly allowedToMutate: false
  /** Which members have to accept a request. */
  readonly expression: string
  /** What a denied request is told. */
  readonly message: string
  readonly members: readonly MemberSpec[]
}

/** A group's member; its id is `<group>/<name>`, which is no URL. */
export interface MemberSpec extends GuestSpec {
  readonly name: string
}

/** A module, and how it is asked. */
export interface GuestSpec {
  readonly id: string
  /** An absolute URL: a file, resolved against the one that names it, or `registry:`, `https:`, `http:`, in full. */
  readonly module: string
  /** For `JSON.stringify` only: numbers that JavaScript cannot hold are `JSON.rawJSON`, which no structured clone survives. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Overrides the shim's own limit, seconds. */
  readonly timeoutEvalSeconds?: number
  readonly hostCapabilities: readonly string[]
  readonly contextAwareResources: readonly { readonly apiVersion: string; readonly kind: string }[]
}

interface ConfiguredPolicy {
  readonly id: string
  readonly mode: 'protect' | 'monitor'
  readonly allowedToMutate: boolean
  /** Requests that it is not asked about; expired ones among them. Absent: none. */
  readonly exemptions?: readonly Exemption[]
  /** What the API server is told; absent in a plain Kubewarden policies.yml: served, but registered by nobody here. */
  readonly registration?: WebhookFields
}

export function isGroup(spec: PolicySpec): spec is PolicyGroupSpec {
  return 'members' in spec
}

/** The modules that a policy asks: its own, or its members'. */
export function guestsOf(spec: PolicySpec): readonly GuestSpec[] {
  return isGroup(spec) ? spec.members : [spec]
}
