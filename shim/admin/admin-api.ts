import type { Phase } from '../../plugin/registration/registration-plan.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import type { WebhookForm } from '../api-registration/decide-form.ts'
import type { FallbackReason } from '../fallback/fallback-usage.ts'
import type { PoolStats } from '../pool/evaluator-pool.ts'
import type { Latency } from '../telemetry/latency-histogram.ts'

/** What may be asked on the admin socket: by method and path, what is sent and what comes back. All of it is JSON. */
export interface AdminRoutes {
  readonly 'GET /status': { readonly request: undefined; readonly answer: ShimStatus }
  readonly 'GET /policies': { readonly request: undefined; readonly answer: readonly PolicyReport[] }
  readonly 'POST /disable': { readonly request: DisableRequest; readonly answer: DisablementReport }
  readonly 'POST /enable': { readonly request: EnableRequest; readonly answer: { readonly ended: boolean } }
}

export type AdminRoute = keyof AdminRoutes

/** Times are written as ISO 8601 in UTC. */
export interface ShimStatus {
  readonly version: string
  readonly pid: number
  readonly startedAt: string
  readonly uptimeSeconds: number
  readonly readiness: 'ready' | 'stopping'
  readonly addresses: readonly string[]
  readonly adminSocket: string
  /** The API server's socket: hosts that end in the shim, and targets that it tunnels to, as `host:port`. */
  readonly socket?: {
    readonly path: string
    readonly hosts: readonly string[]
    readonly allowedTargets: readonly string[]
  }
  readonly policies: { readonly source: string; readonly total: number; readonly served: number }
  readonly registration: RegistrationReport
  /** Policies that nobody can ask, each with the reason. */
  readonly failed: Readonly<Record<string, string>>
  /** Policies whose last good version answers, each with what is wrong with the one configured now. */
  readonly outdated: Readonly<Record<string, string>>
  readonly lastReload: ReloadReport
  readonly certificate: { readonly hosts: readonly string[]; readonly notAfter: string }
  readonly pool: PoolStats & { readonly workers: number; readonly queueLimit: number }
  readonly disabled: readonly DisablementReport[]
  /** Who answers while this shim cannot, and how often that was needed since it started; absent when nobody does. */
  readonly fallback?: FallbackReport
}

export interface FallbackReport {
  readonly address: string
  readonly answered: number
  readonly failed: number
  readonly inFlight: number
  readonly last?: { readonly at: string; readonly reason: FallbackReason }
  readonly lastFailure?: { readonly at: string; readonly message: string }
}

/** How API servers ask for the policies. */
export interface RegistrationReport {
  /** Of the policies in force: equal on every shim that has the same. */
  readonly digest: string
  /** The sets that are answered for, the one in force among them. */
  readonly answered: readonly string[]
  /** The webhook entries that the policies are joined to, where they share entries. */
  readonly entries: readonly EntryReport[]
  /** The folder whose manifests this shim keeps in step, and how; absent when somebody else registers the policies. */
  readonly staticManifests?: { readonly folder: string; readonly registration: Registration }
  /** How the shims register the policies together; absent when they do not. */
  readonly apiObjects?: ApiObjectsReport
}

export interface ApiObjectsReport {
  readonly registration: Registration
  /** Whether this shim is the one that writes. */
  readonly writes: boolean
  /** The digest that it has registered; known to the one that writes. */
  readonly registered?: string
  /** Shims that do not answer for the set in force here, which is not registered until then. */
  readonly waitingFor: readonly string[]
  /** Whether the objects lead to the shims' sockets or to the Service that takes over for them; known to the one that writes. */
  readonly form?: WebhookForm
  /** Shims because of which it is the Service. */
  readonly absent?: readonly string[]
  /** What has to be known of API groups that other servers answer for, a sentence each; known to the writer only. */
  readonly aggregatedGroups: readonly string[]
}

export interface EntryReport {
  readonly name: string
  readonly phase: Phase
  /** Policy ids. */
  readonly members: readonly string[]
  /** Why its first member did not join the entries before. */
  readonly apart: readonly { readonly from: string; readonly because: string }[]
}

/** The last look at the files, the start's among them. */
export interface ReloadReport {
  readonly at: string
  readonly lastSuccessAt?: string
  /** Why nothing of what lies on the disk now is in force. */
  readonly refusal?: string
}

export interface DisablementReport {
  /** Absent: every policy. */
  readonly policyId?: string
  readonly since: string
  readonly until: string
}

export type PolicyState = 'served' | 'outdated' | 'failed' | 'disabled'

export interface PolicyReport {
  readonly id: string
  readonly state: PolicyState
  readonly mode: 'protect' | 'monitor'
  readonly mutating: boolean
  readonly moduleDigest?: string
  /** Where the module comes from: as it is configured, and by the name that will always mean the same bytes. */
  readonly module?: string
  readonly immutableReference?: string
  /** Of a group, in place of a module. */
  readonly members?: readonly MemberReport[]
  /** The webhook entry that it is a member of; absent when it has no rules, so that no API server asks for it. */
  readonly entry?: string
  /** What is wrong with the version that is configured. */
  readonly error?: string
  readonly disabledUntil?: string
  readonly traffic: TrafficReport
}

/** A member of a group. */
export interface MemberReport extends Pick<PolicyReport, 'module' | 'immutableReference'> {
  readonly name: string
  readonly moduleDigest: string
}

/** Since the shim started, or the policy was added. */
export interface TrafficReport {
  readonly allowed: number
  readonly denied: number
  readonly errors: number
  /** Allowed unasked, by hand or by an exemption. */
  readonly disabled: number
  readonly exempted: number
  readonly latencyMicros?: Latency
  readonly lastError?: { readonly at: string; readonly message: string }
}

export interface DisableRequest {
  /** Absent: every policy. */
  readonly policyId?: string
  readonly forMs: number
}

export interface EnableRequest {
  readonly policyId?: string
}

/** The answer to what could not be done; its status is 4xx or 5xx. */
export interface AdminError {
  readonly code: string
  readonly message: string
  readonly hint?: string
}
