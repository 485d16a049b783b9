import type { Exclusions } from '../plugin/exclusions.ts'
import type { Registration } from '../plugin/registration-mode.ts'

/** What API servers are told about the policies, wherever they are told it. */
export interface RegistrationOptions {
  readonly registration: Registration
  /** Of the webhook URLs. */
  readonly host: string
  readonly exclusions: Exclusions
  readonly kubernetesVersion?: string
}
