import type { Lease } from '../../kube/lease/lease.ts'
import { type Clock, isAlive, type ObservedLease, observeMember } from '../../kube/lease/next-lease.ts'
import { type Member, readMember } from './member.ts'

interface Seen {
  readonly member: Member
  readonly lease: ObservedLease
  /** Since when it has lived on end. */
  readonly aliveSinceMs: number
}

/** After this long a shim that has gone is forgotten, and with it its authority. */
const FORGET_MS = 24 * 60 * 60_000

/** The shims of a cluster as their Leases tell of them. */
export class MemberList {
  readonly #seen = new Map<string, Seen>()

  /** Takes in what a Lease says. Returns whether it says something new, beyond that its shim lives. */
  see({ metadata, spec }: Lease, clock: Clock): boolean {
    const before = this.#seen.get(metadata.name)
    const wasAlive = before !== undefined && isAlive(before.lease, clock.nowMs)
    const aliveSinceMs = wasAlive ? before.aliveSinceMs : clock.nowMs
    const seen = { member: readMember(metadata), lease: observeMember(before?.lease, spec, clock), aliveSinceMs }
    this.#seen.set(metadata.name, seen)
    return !wasAlive || JSON.stringify(before.member) !== JSON.stringify(seen.member)
  }

  forget(name: string): void {
    this.#seen.delete(name)
  }

  /** Those that live, by name. */
  alive({ nowMs }: Clock): Member[] {
    return this.#list(({ lease }) => isAlive(lease, nowMs))
  }

  /** For how long a member has lived on end; undefined when it does not. */
  aliveMs(name: string, { nowMs }: Clock): number | undefined {
    const seen = this.#seen.get(name)
    return seen !== undefined && isAlive(seen.lease, nowMs) ? nowMs - seen.aliveSinceMs : undefined
  }

  /** Those that live or may come back: a shim that is restarted must find itself trusted. */
  get known(): Member[] {
    return this.#list(() => true)
  }

  /** Names of those whose Leases nobody will renew any more. */
  listForgotten({ now, nowMs }: Clock): string[] {
    return this.#list(({ lease }) => {
      const age = now.getTime() - Date.parse(lease.spec.renewTime ?? '')
      return !isAlive(lease, nowMs) && age > FORGET_MS
    }).map(({ name }) => name)
  }

  #list(isWanted: (seen: Seen) => boolean): Member[] {
    const wanted = [...this.#seen.values()].filter(isWanted).map(({ member }) => member)
    return wanted.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
