import type { Registration } from '../plugin/registration-mode.ts'
import type { WebhookForm } from '../shim/api-registration/decide-form.ts'

/** The policy server behind a Service that API servers are sent to while the shim is gone. */
export interface StandIn {
  /** Returns the Service, as `--fallback-service` has it; nobody is behind it yet. */
  prepare(): Promise<string>
  /** Returns when it answers behind the Service, and takes part in registering the policies. */
  start(registration: Registration): Promise<void>
  /** Returns when nothing of it is left, however far it has come. */
  remove(): Promise<void>
  /** How many requests it has decided since it was started. */
  countDecisions(): Promise<number>
  /** How the webhook objects lead to the policies, if it writes them now. */
  readForm(): Promise<WebhookForm | undefined>
}
