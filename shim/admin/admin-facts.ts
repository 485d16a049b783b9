import type { RegistrationState } from '../api-registration/started-api-registration.ts'
import type { Fallback } from '../fallback/fallback.ts'
import type { Drain } from '../http/drain.ts'
import type { PoliciesInForce } from '../policy-set/policies-in-force.ts'
import type { PoolStats } from '../pool/evaluator-pool.ts'
import type { DisabledPolicies } from '../review/disabled-policies.ts'
import type { ShimOptions } from '../shim-options.ts'
import type { PolicyStatistics } from '../telemetry/policy-statistics.ts'

/** What the admin socket can tell about, and the one thing that it can change: which policies are disabled. */
export interface AdminFacts {
  readonly options: Pick<ShimOptions, 'policies' | 'workers' | 'queue' | 'socket' | 'staticManifests' | 'apiObjects'>
  readonly startedAt: Date
  readonly policies: PoliciesInForce
  readonly statistics: PolicyStatistics
  readonly disabled: DisabledPolicies
  readonly drain: Drain
  readonly fallback: Fallback | undefined
  /** Where the shims register together: how that stands. */
  readonly registrationState: () => RegistrationState | undefined
  readonly addresses: () => readonly string[]
  readonly pool: () => PoolStats
  /** The certificate that new connections are shown, PEM. */
  readonly certificate: () => string
}
