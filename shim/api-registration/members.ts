import { type Lease, leasePath, leasesPath } from '../../kube/lease/lease.ts'
import { MemberLease } from '../../kube/lease/member-lease.ts'
import type { StartedMemberLease } from '../../kube/lease/started-member-lease.ts'
import { ListWatch } from '../../kube/list-watch/list-watch.ts'
import type { StartedListWatch } from '../../kube/list-watch/started-list-watch.ts'
import { LEASES_NAMESPACE } from '../../plugin/registration-leases.ts'
import type { ApiRegistrationOptions } from './api-registration-options.ts'
import type { SeenShim } from './decide-form.ts'
import { MEMBER_LABELS, MEMBER_SELECTOR, type Member, toAnnotations } from './member.ts'
import { MemberList } from './member-list.ts'

/** How long nobody takes over for a shim that does not renew its Lease; renewed five times in it. */
const FAILOVER_MEMBER_MS = 15_000

/** The shims of the cluster: what this one says of itself, and what the others say. */
export class Members implements AsyncDisposable {
  readonly #options: ApiRegistrationOptions
  readonly #list = new MemberList()
  readonly #watch: StartedListWatch<Lease>
  readonly #lease: StartedMemberLease
  readonly #startedMs = performance.now()

  constructor(options: ApiRegistrationOptions, onChange: () => void) {
    this.#options = options
    const { client, name, log, times = {} } = options
    const memberMs = times.memberMs ?? (options.service === undefined ? undefined : FAILOVER_MEMBER_MS)
    this.#watch = new ListWatch({
      client,
      collection: { path: leasesPath(LEASES_NAMESPACE), labelSelector: MEMBER_SELECTOR },
      read: (object) => object as Lease,
      onChange: ({ key, value }) => {
        if (value !== undefined ? this.#list.see(value, clock()) : this.#drop(key)) onChange()
      },
      log,
    }).start()
    this.#lease = new MemberLease({
      client,
      lease: { namespace: LEASES_NAMESPACE, name },
      identity: name,
      labels: MEMBER_LABELS,
      annotations: toAnnotations(this.self),
      ...(memberMs !== undefined && { durationMs: memberMs }),
      log,
    }).start()
  }

  get isSynced(): boolean {
    return this.#watch.isSynced
  }

  /** This shim as it is now, whether or not the API server has heard of it. */
  get self(): Member {
    const { name, sets, authorities, role } = this.#options
    return {
      name,
      sets: sets.digests,
      authorities: authorities(),
      ...(role !== undefined && { role }),
    }
  }

  /** All that live. */
  get alive(): Member[] {
    return [this.self, ...this.#list.alive(clock()).filter(({ name }) => name !== this.#options.name)]
  }

  /** All that live or may come back. */
  get known(): Member[] {
    return [this.self, ...this.#list.known]
  }

  /** All that answer on sockets, and for how long each has lived on end. */
  get shims(): SeenShim[] {
    const { name: own } = this.#options
    const seen = this.known.filter(({ role }) => role === undefined).map(({ name }) => name)
    return [...new Set(seen)].map((name) => ({
      name,
      aliveMs: name === own ? performance.now() - this.#startedMs : this.#list.aliveMs(name, clock()),
    }))
  }

  /** Says again what this shim is. */
  announce(): void {
    this.#lease.annotate(toAnnotations(this.self))
  }

  /** Removes the Leases of those that have been gone for a day. */
  async clean(): Promise<void> {
    for (const name of this.#list.listForgotten(clock())) {
      await this.#options.client.send({ method: 'DELETE', path: leasePath({ namespace: LEASES_NAMESPACE, name }) })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease[Symbol.asyncDispose]()
    await this.#watch[Symbol.asyncDispose]()
  }

  // keys are namespace/name
  #drop(key: string): true {
    this.#list.forget(key.slice(key.indexOf('/') + 1))
    return true
  }
}

function clock() {
  return { now: new Date(), nowMs: performance.now() }
}
