import type { WebhookFields } from '../util/webhook-fields.ts'

/** What a webhook entry needs to know of a policy. */
export interface WebhookPolicy extends WebhookFields {
  readonly id: string
  /** Registered as a mutating webhook if set, else as a validating one. */
  readonly mutating: boolean
}
