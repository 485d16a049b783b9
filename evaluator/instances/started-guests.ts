import type { EvaluationRequest } from '../admission-request.ts'
import type { AdmissionResponse } from '../admission-response.ts'
import type { GuestHost, StartableGuest } from '../guests/guest.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import { type Parked, ParkedInstances } from './parked-instances.ts'

type Startable = Parked<StartableGuest>

/** The instances of one thread that can be started ahead of their requests: one per module waits for the next. */
export class StartedGuests {
  readonly #instances: ParkedInstances<StartableGuest>
  /** By the digest of their module. */
  readonly #started = new Map<string, Startable>()
  /** Of modules that are not kept; to be ended when somebody looks at how long that takes. */
  #leftOver: Startable[] = []

  constructor(instantiate: (module: PolicyModule) => StartableGuest) {
    this.#instances = new ParkedInstances(instantiate)
  }

  /** Starts a guest for the next request of its module. False when it never waits for one. @throws GuestFailure */
  async start(module: PolicyModule): Promise<boolean> {
    await this.#endLeftOver()
    if (this.#started.has(module.digest)) return true
    const startable = this.#instances.take(module, NOBODY)
    if (!(await startable.guest.start())) return false
    this.#started.set(module.digest, startable)
    return true
  }

  /** Lets a guest answer, which waits for that already, if it has been started. @throws GuestFailure and others when it fails */
  async validate(
    module: PolicyModule,
    host: GuestHost,
    { request, settings }: { readonly request: EvaluationRequest; readonly settings: Uint8Array },
  ): Promise<AdmissionResponse> {
    const startable = (await this.#takeStarted(module)) ?? this.#instances.take(module, host)
    const response = await startable.guest.validate(host, request, settings)
    this.#instances.giveBack(module, startable)
    return response
  }

  /** Cleans the instances that have answered: work for after the answers have left. */
  clean(): void {
    this.#instances.clean()
  }

  /** Lets go of the instances of all other modules. */
  keepOnly(modules: readonly PolicyModule[]): void {
    this.#instances.keepOnly(modules)
    const kept = new Set(modules.map(({ digest }) => digest))
    for (const [digest, startable] of this.#started) {
      if (kept.has(digest)) continue
      this.#started.delete(digest)
      this.#leftOver.push(startable)
    }
  }

  async #takeStarted(module: PolicyModule): Promise<Startable | undefined> {
    const startable = this.#started.get(module.digest)
    this.#started.delete(module.digest)
    if (startable === undefined || !startable.guest.isStale) return startable
    await startable.guest.cancel()
    this.#instances.giveBack(module, startable)
    return undefined
  }

  async #endLeftOver(): Promise<void> {
    const leftOver = this.#leftOver
    this.#leftOver = []
    for (const { guest } of leftOver) await guest.cancel()
  }
}

/** Whom a guest asks that has no request yet: it does not come to that. */
const NOBODY: GuestHost = {
  callHost() {
    throw new Error('there is no request yet')
  },
  console() {},
}
