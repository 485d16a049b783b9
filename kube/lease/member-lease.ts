import type { MemberLeaseOptions } from './member-lease-options.ts'
import { StartedMemberLease } from './started-member-lease.ts'

/** A Lease that says that a process lives, and what it has to say about itself; not started yet. */
export class MemberLease {
  readonly #options: MemberLeaseOptions

  constructor(options: MemberLeaseOptions) {
    this.#options = options
  }

  /** Returns at once: the API server may be down. */
  start(): StartedMemberLease {
    return new StartedMemberLease(this.#options)
  }
}
