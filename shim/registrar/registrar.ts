import type { RegistrarOptions } from './registrar-options.ts'
import { StartedRegistrar } from './started-registrar.ts'

/**
 * Registers the policies by API objects, one shim for all: each says in a Lease which sets it answers for, and one of them, which
 * holds another Lease, writes the webhook configurations.
 */
export class Registrar {
  readonly #options: RegistrarOptions

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /** Returns at once: the API server may be down. */
  start(): StartedRegistrar {
    return new StartedRegistrar(this.#options)
  }
}
