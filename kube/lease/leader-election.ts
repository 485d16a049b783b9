import type { LeaderElectionOptions } from './leader-election-options.ts'
import { StartedLeaderElection } from './started-leader-election.ts'

/** Makes one of several processes the leader by a Lease, as client-go's leaderelection does; not started yet. */
export class LeaderElection {
  readonly #options: LeaderElectionOptions

  constructor(options: LeaderElectionOptions) {
    this.#options = options
  }

  start(): StartedLeaderElection {
    return new StartedLeaderElection(this.#options)
  }
}
