import { messageOf } from '../../util/errors.ts'
import { sleep } from '../sleep.ts'
import { leasePath, toMicroTime } from './lease.ts'
import type { MemberLeaseOptions } from './member-lease-options.ts'

const DURATION_MS = 60_000
const RETRY_MS = 1000

/** The Lease of a process that lives. Once disposed it runs out by itself: a process that is restarted is not gone. */
export class StartedMemberLease implements AsyncDisposable {
  readonly #options: MemberLeaseOptions
  readonly #stop = new AbortController()
  readonly #loop: Promise<void>
  #annotations: Readonly<Record<string, string>>
  #wake = new AbortController()
  #isWritten = false

  constructor(options: MemberLeaseOptions) {
    this.#options = options
    this.#annotations = options.annotations
    this.#loop = this.#run()
  }

  /** Whether the API server has what the process says now. */
  get isWritten(): boolean {
    return this.#isWritten
  }

  /** Says something else from now on; written at once, or as soon as the API server takes it. */
  annotate(annotations: Readonly<Record<string, string>>): void {
    this.#annotations = annotations
    this.#isWritten = false
    this.#wake.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#wake.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { durationMs = DURATION_MS, lease, log } = this.#options
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController()
      const annotations = this.#annotations
      const isRenewed = await this.#renew(annotations).catch((error) => {
        if (!this.#stop.signal.aborted)
          log.warn({ lease: lease.name, error: messageOf(error) }, 'cannot renew the lease of this process')
        return false
      })
      this.#isWritten = isRenewed && annotations === this.#annotations
      if (!this.#stop.signal.aborted) await sleep(isRenewed ? durationMs / 5 : RETRY_MS, this.#wake.signal)
    }
  }

  // Applied by the server: created if it is not there, with no version to lose a race by. Nobody else writes it.
  async #renew(annotations: Readonly<Record<string, string>>): Promise<boolean> {
    const { client, lease, identity, labels, durationMs = DURATION_MS } = this.#options
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...lease, labels, annotations },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(durationMs / 1000),
        renewTime: toMicroTime(new Date()),
      },
    }
    await client.call({
      method: 'PATCH',
      path: `${leasePath(lease)}?fieldManager=gatehouse&force=true`,
      contentType: 'application/apply-patch+yaml',
      body,
      timeoutMs: durationMs / 5,
      signal: this.#stop.signal,
    })
    return true
  }
}
