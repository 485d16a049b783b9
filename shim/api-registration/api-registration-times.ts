import type { ElectionTimes } from '../../kube/lease/leader-election-options.ts'

/** How long whoever registers waits for what; the defaults suit clusters, and tests are impatient. */
export interface ApiRegistrationTimes {
  readonly election?: ElectionTimes
  /** How long a shim is waited for that does not renew its Lease any more; 60 s by default. */
  readonly memberMs?: number
  /** How long shims have to live before their sockets take over from the Service again; 30 s by default. */
  readonly returnMs?: number
}
