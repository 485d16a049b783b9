import type { Log } from '../../util/log.ts'
import type { KubeClient } from '../requests/kube-client.ts'
import type { LeaseName } from './lease.ts'

export interface MemberLeaseOptions {
  readonly client: KubeClient
  /** A name that belongs to this process. */
  readonly lease: LeaseName
  readonly identity: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** After how long without a renewal others take the process for gone; 60 s by default, renewed five times in it. */
  readonly durationMs?: number
  readonly log: Log
}
