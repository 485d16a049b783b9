import type { KubeClient } from '../../kube/requests/kube-client.ts'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { DecisionObserver } from '../decisions/decision.ts'
import { holdsSecrets, REDACTED } from '../decisions/decision-line.ts'
import type { Denial, KubeEvent } from './denial.ts'
import { RateLimit } from './rate-limit.ts'
import { toEvent } from './to-event.ts'

export interface DenialEventsOptions {
  readonly client: KubeClient
  /** Which shim tells of it. */
  readonly instance: string
  readonly log: Log
}

/** Whoever sends the same request again and again is told about once. */
const REPEAT_MS = 60_000
/** As many at once, then one each two seconds: etcd keeps each of them for an hour. */
const BURST = 50
const INTERVAL_MS = 2000
const MAX_WAITING = 50
const MAX_REMEMBERED = 1000

/** Writes Events about denials, aside and as far as it goes: no verdict waits for one, and one that does not fit is dropped. */
export class DenialEvents implements AsyncDisposable {
  readonly #options: DenialEventsOptions
  readonly #limit = new RateLimit(BURST, INTERVAL_MS, performance.now())
  readonly #told = new Map<string, number>()
  readonly #waiting: KubeEvent[] = []
  readonly #stop = new AbortController()
  #writing: Promise<void> | undefined
  #dropped = 0

  constructor(options: DenialEventsOptions) {
    this.#options = options
  }

  /** How many did not fit. */
  get dropped(): number {
    return this.#dropped
  }

  /** Tells of a decision, if it denied something that was to become true. */
  readonly observe: DecisionObserver = ({ origin, attributes, allowed, reason = 'denied without a message' }) => {
    if (allowed !== false || origin !== 'validate' || attributes === undefined || attributes.dryRun === true) return
    this.#take({ attributes, message: holdsSecrets(attributes) ? REDACTED : reason })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#writing
  }

  #take(denial: Denial): void {
    const now = performance.now()
    if (this.#stop.signal.aborted || this.#isRepeated(denial, now)) return
    if (this.#waiting.length >= MAX_WAITING || !this.#limit.take(now)) {
      this.#dropped += 1
      return
    }
    this.#waiting.push(toEvent(denial, this.#options.instance, new Date()))
    this.#writing ??= this.#write()
  }

  #isRepeated({ attributes, message }: Denial, now: number): boolean {
    const { kind, namespace, name, operation } = attributes
    const key = JSON.stringify([kind, namespace, name, operation, message])
    const toldAt = this.#told.get(key)
    if (toldAt !== undefined && now - toldAt < REPEAT_MS) return true
    this.#told.delete(key)
    this.#told.set(key, now)
    const [oldest] = this.#told.keys()
    if (this.#told.size > MAX_REMEMBERED && oldest !== undefined) this.#told.delete(oldest)
    return false
  }

  async #write(): Promise<void> {
    const { client, log } = this.#options
    const { signal } = this.#stop
    for (let event = this.#waiting.shift(); event !== undefined && !signal.aborted; event = this.#waiting.shift()) {
      const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(event.metadata.namespace)}/events`
      await client.call({ method: 'POST', path, body: event, signal, timeoutMs: 5000 }).catch((error) => {
        this.#dropped += 1
        if (!signal.aborted) log.debug({ error: messageOf(error) }, 'could not write an event')
      })
    }
    this.#writing = undefined
  }
}
