import type { ApiRegistrationOptions } from './api-registration-options.ts'
import { StartedApiRegistration } from './started-api-registration.ts'

/**
 * Registers the policies by API objects, one shim for all: each says in a Lease which sets it answers for, and one of them, which
 * holds another Lease, writes the webhook configurations.
 */
export class ApiRegistration {
  readonly #options: ApiRegistrationOptions

  constructor(options: ApiRegistrationOptions) {
    this.#options = options
  }

  /** Returns at once: the API server may be down. */
  start(): StartedApiRegistration {
    return new StartedApiRegistration(this.#options)
  }
}
