import type { Exclusions } from '../plugin/exclusions.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import type { WebhookService } from '../plugin/webhook-client.ts'
import type { ApiRegistrationTimes } from './api-registration/api-registration-times.ts'

/** What API servers are told about the policies, wherever they are told it. */
export interface RegistrationOptions {
  readonly registration: Registration
  /** Of the webhook URLs. */
  readonly host: string
  readonly exclusions: Exclusions
  readonly kubernetesVersion?: string
}

/** What is told by API objects, and to all API servers alike. */
export interface ApiObjectsOptions extends RegistrationOptions {
  /** Takes over for shims that are gone. */
  readonly service?: WebhookService
  /** This process serves behind that Service, and answers on no socket. */
  readonly role?: 'policy-server'
  readonly times?: ApiRegistrationTimes
}
