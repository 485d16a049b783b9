import type { Log } from '../../util/log.ts'
import type { KubeClient } from '../requests/kube-client.ts'
import type { LeaseName } from './lease.ts'

export interface LeaderElectionOptions {
  readonly client: KubeClient
  readonly lease: LeaseName
  /** Of this process and no other. */
  readonly identity: string
  /** client-go's defaults: 15 s, 10 s, 2 s. */
  readonly times?: ElectionTimes
  readonly onChange?: (isLeader: boolean) => void
  readonly log: Log
}

export interface ElectionTimes {
  /** After how long without a renewal others take the Lease. */
  readonly leaseDurationMs: number
  /** After how long without a renewal the holder stops to count on it; shorter, so that there are never two. */
  readonly renewDeadlineMs: number
  readonly retryPeriodMs: number
}
