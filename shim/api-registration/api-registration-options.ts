import type { ElectionTimes } from '../../kube/lease/leader-election-options.ts'
import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { Log } from '../../util/log.ts'
import type { OfferedSets } from './offered-sets.ts'

export interface ApiRegistrationOptions {
  readonly client: KubeClient
  /** Of this shim, the same after a restart: the name of its Lease. */
  readonly name: string
  readonly sets: OfferedSets
  /** PEM of the authorities by which API servers recognise this shim. */
  readonly authorities: () => string
  readonly times?: ApiRegistrationTimes
  readonly log: Log
}

export interface ApiRegistrationTimes {
  readonly election?: ElectionTimes
  /** How long a shim is waited for that does not renew its Lease any more; 60 s by default. */
  readonly memberMs?: number
}

/** Where all Leases lie; the namespace is there on every cluster. */
export const NAMESPACE = 'kube-system'
/** The Lease of whoever writes the webhook configurations. */
export const ELECTION_LEASE = 'gatehouse-registration'
