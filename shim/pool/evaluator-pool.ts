import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { EvaluatedPolicy, SettingsVerdict } from '../../evaluator/evaluate.ts'
import type { Log } from '../../util/log.ts'
import { AheadStarter } from './ahead-starter.ts'
import type { EndReason, EvaluatorThread, JobEnded } from './evaluator-thread.ts'
import { FrontEvaluator } from './front-evaluator.ts'
import type { Job, JobAnswer, PolicyLog } from './messages.ts'
import { type Outcome, stopped, throwIfCutOff, toOutcome, toSent } from './outcome.ts'
import { deal, type SharedJob, SharedJobs } from './shared-jobs.ts'
import { ThreadSet } from './thread-set.ts'
import { tooLate, WaitingLine, type WaitOptions } from './waiting-line.ts'
import { type JobLimits, watchJob } from './watch-job.ts'

export interface EvaluatorPoolOptions {
  /** How many jobs run at the same time. */
  readonly workers: number
  /** Threads kept beside those that are busy, so that one that had to be ended is replaced at once; one, if nothing is said. */
  readonly spares?: number
  /** How long a thread is kept that nobody needs; a minute, if nothing is said. */
  readonly idleMs?: number
  /** How many jobs may wait for a thread. */
  readonly queue: number
  /** How much of its time a request may spend in the queue, up to 1, which is also what goes without saying. */
  readonly maxWaitShare?: number
  /** Short evaluations run in the thread that asks for them. */
  readonly evaluatesInFront?: boolean
  readonly log: Log
  readonly onPolicyLog: (log: PolicyLog) => void
  readonly onThreadEnd: (reason: EndReason) => void
}

export interface PoolStats {
  readonly idle: number
  readonly busy: number
  readonly starting: number
  readonly queued: number
}

// A message to a thread costs as much as several short evaluations; but other requests wait for those in the front.
const MAX_AT_ONCE_IN_FRONT = 16

const IDLE_MS = 60_000

/** Evaluator threads, not started yet. */
export class EvaluatorPool {
  readonly #options: EvaluatorPoolOptions

  constructor(options: EvaluatorPoolOptions) {
    this.#options = options
  }

  /** Starts the first thread and waits until it is ready. */
  async start(): Promise<StartedEvaluatorPool> {
    await using stack = new AsyncDisposableStack()
    const pool = stack.use(new StartedEvaluatorPool(this.#options))
    await pool.ready
    stack.move()
    return pool
  }
}

/** Evaluator threads that take jobs. */
export class StartedEvaluatorPool implements AsyncDisposable {
  readonly ready: Promise<void>
  readonly #options: EvaluatorPoolOptions
  readonly #threads: ThreadSet
  readonly #line: WaitingLine<EvaluatorThread>
  readonly #shared = new SharedJobs<JobLimits>((request, jobs) => this.#runShared(request, jobs))
  readonly #front: FrontEvaluator | undefined
  readonly #ahead: AheadStarter
  #busy = 0
  #isStopped = false

  constructor(options: EvaluatorPoolOptions) {
    this.#options = options
    this.#line = new WaitingLine(options.queue)
    this.#ahead = new AheadStarter(options.log)
    if (options.evaluatesInFront === true) this.#front = new FrontEvaluator(options.onPolicyLog)
    const { workers, spares = 1, idleMs = IDLE_MS } = options
    this.#threads = new ThreadSet({ ...options, most: workers + spares, idleMs, onIdle: () => this.#serveLine() })
    this.ready = this.#threads.ready
  }

  get stats(): PoolStats {
    const { idle } = this.#threads
    return { idle, busy: this.#busy, starting: this.#threads.size - idle - this.#busy, queued: this.#line.length }
  }

  /** Replaces the policies that every thread keeps at hand: those of which most requests will be. */
  setPolicies(policies: readonly EvaluatedPolicy[]): void {
    this.#front?.setPolicies(policies)
    this.#threads.setPolicies(policies)
  }

  /**
   * Evaluates one request with exactly this policy, whatever is set while it waits. Its bytes are gone afterwards, unless it is
   * shared: then the policies that are asked in the same turn of the event loop go to the threads together.
   * @throws ERR_POOL_FULL, ERR_POOL_STOPPED, the signal's reason
   */
  async evaluate(
    policy: EvaluatedPolicy,
    request: EvaluationRequest,
    limits: JobLimits,
  ): Promise<Outcome<AdmissionResponse>> {
    const limited = this.#limitWait(limits)
    const result = request.isShared
      ? await this.#shared.add(policy, request, limited)
      : (this.#evaluateHere(policy, request, limits) ??
        (await this.#run({ type: 'evaluate', policy, request: toSent(request) }, limited)))
    return result.type === 'evaluated' ? { kind: 'answered', value: result.response } : toOutcome(result)
  }

  /** Asks the policy about its settings, under the same limits. @throws as `evaluate` */
  async validateSettings(policy: EvaluatedPolicy, limits: JobLimits): Promise<Outcome<SettingsVerdict>> {
    const result = await this.#run({ type: 'validate-settings', policy }, limits)
    return result.type === 'settings-validated' ? { kind: 'answered', value: result.verdict } : toOutcome(result)
  }

  /** Refuses what waits, and ends all threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#line.close(stopped())
    await this.#threads[Symbol.asyncDispose]()
  }

  async #run(job: Job, limits: JobLimits): Promise<JobAnswer | JobEnded> {
    const thread = await this.#takeThread(limits)
    const stopWatching = watchJob(thread, limits)
    const result = await thread.run(job)
    stopWatching()
    this.#release(thread, result.type === 'evaluated' && typeof job.policy === 'object' ? [job.policy] : [], limits)
    throwIfCutOff(result, limits)
    return result
  }

  /** Undefined where a thread has to be asked, or refused. */
  #evaluateHere(policy: EvaluatedPolicy, request: EvaluationRequest, { signal, deadline }: JobLimits) {
    if (this.#front === undefined || this.#isStopped || signal.aborted || performance.now() >= deadline)
      return undefined
    const response = this.#front.evaluate(policy, request)
    return response && { type: 'evaluated' as const, response }
  }

  /** What is short is answered here, while each thread is sent its share of the rest in one message. */
  #runShared(request: EvaluationRequest, jobs: readonly SharedJob<JobLimits>[]): void {
    const { workers } = this.#options
    const isShort = ({ policy }: SharedJob<JobLimits>) => this.#front?.suits(policy, request) ?? false
    const own = jobs.filter(isShort).slice(0, MAX_AT_ONCE_IN_FRONT)
    const others = jobs.filter((job) => !own.includes(job))
    this.#dealOut(request, others, workers)
    const unanswered = own.filter(({ policy, limits, resolve }) => {
      const answer = this.#evaluateHere(policy, request, limits)
      if (answer !== undefined) resolve(answer)
      return answer === undefined
    })
    this.#dealOut(request, unanswered, workers)
  }

  #dealOut(request: EvaluationRequest, jobs: readonly SharedJob<JobLimits>[], hands: number): void {
    for (const share of deal(jobs, hands)) {
      this.#runShare(request, share).catch((error) => {
        for (const job of share) job.reject(error)
      })
    }
  }

  /** A guest that has to be ended takes its thread with it; those that were to come after it are asked again. */
  async #runShare(request: EvaluationRequest, share: readonly SharedJob<JobLimits>[]): Promise<void> {
    const [first] = share
    if (first === undefined) return
    const thread = await this.#takeThread(first.limits)
    const policies = share.map(({ policy }) => policy)
    const results = thread.runMany(policies, toSent(request))
    for (const [index, { limits, resolve, reject }] of share.entries()) {
      const stopWatching = watchJob(thread, limits)
      const result = await results[index]
      stopWatching()
      if (result === undefined) continue
      try {
        throwIfCutOff(result, limits)
        resolve(result)
      } catch (error) {
        reject(error)
      }
      if (result.type === 'ended') {
        this.#release(thread)
        for (const job of share.slice(index + 1)) void this.#runAlone(request, job)
        return
      }
    }
    this.#release(thread, policies, first.limits)
  }

  async #runAlone(
    request: EvaluationRequest,
    { policy, limits, resolve, reject }: SharedJob<JobLimits>,
  ): Promise<void> {
    try {
      limits.signal.throwIfAborted()
      const copy = { ...request, json: new Uint8Array(request.json) }
      resolve(await this.#run({ type: 'evaluate', policy, request: copy }, limits))
    } catch (error) {
      reject(error)
    }
  }

  #limitWait(limits: JobLimits): JobLimits {
    const { maxWaitShare } = this.#options
    if (maxWaitShare === undefined) return limits
    const now = performance.now()
    return { ...limits, startBy: now + (limits.deadline - now) * maxWaitShare }
  }

  async #takeThread(limits: JobLimits): Promise<EvaluatorThread> {
    if (this.#isStopped) throw stopped()
    const thread =
      this.#takeIdle() ?? (await this.#wait({ signal: limits.signal, deadline: limits.startBy ?? limits.deadline }))
    // A turn may come after the deadline, when our own thread was too busy for the line's timer.
    if (limits.deadline > performance.now()) return thread
    this.#release(thread)
    throw tooLate()
  }

  async #wait(options: WaitOptions): Promise<EvaluatorThread> {
    const turn = this.#line.wait(options)
    this.#wantThreads()
    return await turn
  }

  #takeIdle(): EvaluatorThread | undefined {
    if (this.#busy === this.#options.workers) return undefined
    const thread = this.#threads.take()
    if (thread === undefined) return undefined
    this.#busy += 1
    this.#wantThreads()
    return thread
  }

  #wantThreads(): void {
    this.#threads.want(this.#busy + this.#line.length + (this.#options.spares ?? 1))
  }

  /** @param answered the policies that the thread has answered for, each of which may be asked again */
  #release(thread: EvaluatorThread, answered: readonly EvaluatedPolicy[] = [], { timeoutMs } = { timeoutMs: 0 }): void {
    this.#busy -= 1
    void this.#startAhead(thread, answered, timeoutMs)
  }

  /** Who waits goes first: a guest that is not started ahead is started with its request. */
  async #startAhead(thread: EvaluatorThread, policies: readonly EvaluatedPolicy[], timeoutMs: number): Promise<void> {
    for (const policy of policies) {
      if (this.#ahead.suits(policy) && this.#line.length === 0) await this.#ahead.start(thread, policy, timeoutMs)
    }
    this.#threads.giveBack(thread)
    this.#wantThreads()
    this.#serveLine()
  }

  #serveLine(): void {
    while (this.#line.length > 0) {
      const thread = this.#takeIdle()
      if (thread === undefined) return
      this.#line.serve(thread)
    }
  }
}
