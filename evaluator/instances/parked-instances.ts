import type { GuestHost, GuestInstance, GuestReuse, Meter } from '../guests/guest.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import { GuestImage } from './guest-image.ts'

/** Makes a fresh instance of a module. @throws GuestFailure when its start-up code fails */
export type Instantiate<Guest> = (module: PolicyModule, host: GuestHost, meter?: Meter) => Guest

/** An instance, and how it was when its start-up code had run; without an image it serves one call. */
export interface Parked<Guest> {
  readonly guest: Guest
  readonly image: GuestImage | undefined
}

/**
 * The instances of one thread that wait for their next request: one per module, in the state in which its start-up code left
 * it. Where that state cannot be put back, and where a guest has failed, each call gets a fresh one.
 */
export class ParkedInstances<Guest extends { readonly reuse?: GuestReuse | undefined } = GuestInstance> {
  readonly #instantiate: Instantiate<Guest>
  readonly #meter: Meter | undefined
  /** By the digest of their module. */
  readonly #clean = new Map<string, Parked<Guest>>()
  /** Those that have answered, and must be cleaned before they are asked again. */
  readonly #used = new Map<string, Parked<Guest>>()

  /** @param meter under which all of them run */
  constructor(instantiate: Instantiate<Guest>, meter?: Meter) {
    this.#instantiate = instantiate
    this.#meter = meter
  }

  /** Lets an instance answer. @throws what `action` throws, and as `Instantiate` */
  use<T>(module: PolicyModule, host: GuestHost, action: (guest: Guest) => T): T {
    const parked = this.take(module, host)
    const result = action(parked.guest)
    this.giveBack(module, parked)
    return result
  }

  /** An instance for one call, which may be given back afterwards. @throws as `Instantiate` */
  take(module: PolicyModule, host: GuestHost): Parked<Guest> {
    const parked = this.#take(module.digest) ?? this.#start(module, host)
    this.#begin(parked.guest, host)
    return parked
  }

  /** It has answered. */
  giveBack({ digest }: PolicyModule, parked: Parked<Guest>): void {
    // it may have changed what cannot be put back, or taken much
    if (parked.guest.reuse !== undefined && parked.image?.canBeRestored()) this.#used.set(digest, parked)
  }

  /** Cleans the instances that have answered: work for after the answers have left. */
  clean(): void {
    for (const [digest, parked] of this.#used) {
      parked.image?.restore()
      this.#clean.set(digest, parked)
    }
    this.#used.clear()
  }

  /** Lets go of the instances of all other modules. */
  keepOnly(modules: readonly PolicyModule[]): void {
    const kept = new Set(modules.map(({ digest }) => digest))
    for (const digest of [...this.#clean.keys(), ...this.#used.keys()]) if (!kept.has(digest)) this.#take(digest)
  }

  #begin({ reuse }: Guest, host: GuestHost): void {
    if (reuse === undefined) return
    reuse.serve(host)
    this.#meter?.fill(reuse.state.fuel)
  }

  #start(module: PolicyModule, host: GuestHost): Parked<Guest> {
    const guest = this.#instantiate(module, host, this.#meter)
    return { guest, image: guest.reuse && new GuestImage(guest.reuse.state) }
  }

  #take(digest: string): Parked<Guest> | undefined {
    if (this.#used.has(digest)) this.clean()
    const parked = this.#clean.get(digest)
    this.#clean.delete(digest)
    return parked
  }
}
