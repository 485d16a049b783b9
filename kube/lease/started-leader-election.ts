import { messageOf } from '../../util/errors.ts'
import { isKubeError } from '../requests/kube-error.ts'
import { sleep } from '../sleep.ts'
import type { ElectionTimes, LeaderElectionOptions } from './leader-election-options.ts'
import { type Lease, leasePath, leasesPath } from './lease.ts'
import { type Candidate, holdLease, isHeldByOther, type ObservedLease, observe, releaseLease } from './next-lease.ts'

const DEFAULT_TIMES: ElectionTimes = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 }

/** A candidate for a Lease, until it is disposed; then it gives the Lease up. */
export class StartedLeaderElection implements AsyncDisposable {
  readonly #options: LeaderElectionOptions
  readonly #times: ElectionTimes
  readonly #candidate: Candidate
  readonly #stop = new AbortController()
  readonly #loop: Promise<void>
  #observed: ObservedLease | undefined
  /** By our own clock; absent while somebody else, or nobody, holds it. */
  #renewedAt: number | undefined
  #wasLeader = false
  #lost: NodeJS.Timeout | undefined

  constructor(options: LeaderElectionOptions) {
    this.#options = options
    this.#times = options.times ?? DEFAULT_TIMES
    const leaseDurationSeconds = Math.ceil(this.#times.leaseDurationMs / 1000)
    this.#candidate = { identity: options.identity, leaseDurationSeconds }
    this.#loop = this.#run()
  }

  /** Asked anew each time: a process that was halted for a while must not act on what it was before. */
  get isLeader(): boolean {
    return this.#renewedAt !== undefined && performance.now() - this.#renewedAt < this.#times.renewDeadlineMs
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#loop
    const wasLeader = this.isLeader
    this.#setRenewed(undefined)
    if (wasLeader) await this.#release()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        await this.#acquireOrRenew()
      } catch (error) {
        if (signal.aborted) return
        const { lease, log } = this.#options
        log.warn({ lease: lease.name, error: messageOf(error) }, 'cannot take or renew the lease')
      }
      // Candidates that started together look at different moments.
      const jitter = this.isLeader ? 1 : 1 + Math.random() / 5
      await sleep(this.#times.retryPeriodMs * jitter, signal)
    }
  }

  async #acquireOrRenew(): Promise<void> {
    const current = await this.#read()
    const startedAt = performance.now()
    if (current !== undefined) {
      this.#observed = observe(this.#observed, current.spec, startedAt)
      if (isHeldByOther(this.#observed, this.#candidate, startedAt)) return this.#setRenewed(undefined)
    }
    try {
      const { spec } = await this.#write(current, holdLease(current?.spec, this.#candidate, new Date()))
      this.#observed = { spec, sinceMs: startedAt }
      this.#setRenewed(startedAt)
    } catch (error) {
      // somebody was quicker; the next look says who
      if (!isKubeError(error, 409)) throw error
    }
  }

  async #read(): Promise<Lease | undefined> {
    const { client, lease } = this.#options
    const request = { path: leasePath(lease), timeoutMs: this.#requestTimeoutMs, signal: this.#stop.signal }
    return client.call<Lease>(request).catch((error) => {
      if (isKubeError(error, 404)) return undefined
      throw error
    })
  }

  #write(current: Lease | undefined, spec: Lease['spec'], signal?: AbortSignal): Promise<Lease> {
    const { client, lease } = this.#options
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: current?.metadata ?? lease, spec }
    const common = { body, timeoutMs: this.#requestTimeoutMs, signal }
    return current === undefined
      ? client.call<Lease>({ ...common, method: 'POST', path: leasesPath(lease.namespace) })
      : client.call<Lease>({ ...common, method: 'PUT', path: leasePath(lease) })
  }

  async #release(): Promise<void> {
    const { client, lease, log } = this.#options
    try {
      const current = await client.call<Lease>({ path: leasePath(lease), timeoutMs: this.#requestTimeoutMs })
      if (current.spec.holderIdentity !== this.#candidate.identity) return
      await this.#write(current, releaseLease(current.spec, new Date()))
    } catch (error) {
      log.warn({ lease: lease.name, error: messageOf(error) }, 'cannot give up the lease; it ends by itself')
    }
  }

  // A request that hangs must not use up the time in which another one could renew.
  get #requestTimeoutMs(): number {
    return Math.max(1000, this.#times.renewDeadlineMs / 2)
  }

  #setRenewed(at: number | undefined): void {
    clearTimeout(this.#lost)
    this.#renewedAt = at
    const isLeader = this.isLeader
    if (isLeader) this.#lost = setTimeout(() => this.#setRenewed(undefined), this.#times.renewDeadlineMs)
    if (isLeader === this.#wasLeader) return
    this.#wasLeader = isLeader
    const { lease, log, onChange } = this.#options
    log.info({ lease: lease.name }, isLeader ? 'holds the lease' : 'does not hold the lease any more')
    onChange?.(isLeader)
  }
}
