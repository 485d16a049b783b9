import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { WebhookService } from '../../plugin/webhook-client.ts'
import type { Log } from '../../util/log.ts'
import type { ApiRegistrationTimes } from './api-registration-times.ts'
import type { Member } from './member.ts'
import type { OfferedSets } from './offered-sets.ts'

export interface ApiRegistrationOptions {
  readonly client: KubeClient
  /** Of this shim, the same after a restart: the name of its Lease. */
  readonly name: string
  readonly sets: OfferedSets
  /** PEM of the authorities by which API servers recognise this shim. */
  readonly authorities: () => string
  /** Given where a Service takes over for shims that are gone. */
  readonly service?: WebhookService | undefined
  /** This process serves behind that Service. */
  readonly role?: Member['role']
  /** Of the URLs by which API servers ask the shims. */
  readonly host?: string | undefined
  readonly times?: ApiRegistrationTimes
  readonly log: Log
}
