import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import { webhookConfigurations } from '../../plugin/webhook-configurations.ts'
import type { Log } from '../../util/log.ts'
import { configurationsOptions } from '../registration/configurations-options.ts'
import type { RegisteredSets } from '../registration/registered-sets.ts'
import type { Registrable, Registrar } from '../registration/registrar.ts'
import type { ApiObjectsOptions } from '../registration-options.ts'
import { ApiRegistration } from './api-registration.ts'
import type { OfferedSets } from './offered-sets.ts'
import type { RegistrationState, StartedApiRegistration } from './started-api-registration.ts'

export interface ApiRegistrarOptions extends ApiObjectsOptions {
  readonly client: KubeClient
  /** Of this shim's Lease. */
  readonly name: string
  readonly sets: RegisteredSets
  readonly selectors: SelectorsBy
  readonly log: Log
}

/** Tells the other shims of a cluster what this one answers for, and with them all API servers which policies to ask. */
export class ApiRegistrar implements Registrar, AsyncDisposable {
  readonly #options: ApiRegistrarOptions
  #caBundle = ''
  #started: StartedApiRegistration | undefined

  constructor(options: ApiRegistrarOptions) {
    this.#options = options
  }

  /** How it stands; undefined before the first set. */
  get state(): RegistrationState | undefined {
    return this.#started?.state
  }

  /** Returns at once: it is done when all shims agree. */
  async register({ caBundle }: Registrable, signal: AbortSignal): Promise<void> {
    this.#caBundle = caBundle
    if (this.#started !== undefined) return this.#started.refresh()
    if (signal.aborted) return
    this.#started = new ApiRegistration({
      ...this.#options,
      sets: this.#offer(),
      authorities: () => this.#caBundle,
    }).start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started?.[Symbol.asyncDispose]()
  }

  #offer(): OfferedSets {
    const { sets, service } = this.#options
    return {
      get current() {
        return sets.current.digest
      },
      get digests() {
        return sets.digests
      },
      configurationsOf: (digest, { caBundle, aggregatedGroups, client }) => {
        const set = sets.peek(digest)
        if (set === undefined) return undefined
        const options = configurationsOptions({ set: { ...set, digest }, caBundle }, this.#options)
        // whoever stands in has to come up while nobody answers
        const own = service !== undefined && { ownNamespace: service.namespace }
        return webhookConfigurations({ ...options, ...own, aggregatedGroups, client })
      },
    }
  }
}
