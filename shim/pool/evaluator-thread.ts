import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { compiledCodeVariables } from '../../util/compiled-code.ts'
import { messageOf } from '../../util/errors.ts'
import { modulePath } from '../../util/package-root.ts'
import { exposeCollector } from '../garbage.ts'
import type { EvaluateManyJob, FromThread, Job, JobAnswer, PolicyLog, ThreadData, ToThread } from './messages.ts'

/** Why a thread is no more. `crashed`: by itself, for example because its heap was full. */
export type EndReason = 'deadline' | 'cancelled' | 'stopped' | 'crashed'

/** A job whose thread ended before it answered. */
export interface JobEnded {
  readonly type: 'ended'
  readonly reason: EndReason
  readonly message: string
}

export interface EvaluatorThreadOptions {
  readonly policies: readonly EvaluatedPolicy[]
  readonly onReady: (thread: EvaluatorThread) => void
  readonly onEnd: (thread: EvaluatorThread, end: JobEnded) => void
  readonly onPolicyLog: (log: PolicyLog) => void
}

// No tool against guests: V8 ends the whole process when one of its own functions (JSON.parse, say) overruns a thread's
// heap. What a guest can make us build is limited where it is built; the worst of it takes 256 MB, and this is twice that.
const HEAP_LIMIT_MB = 512

// Node's own choice again, which the process was started with less of: guests that are made anew for each request fill a
// small young heap every few requests. Read when a thread's heap is set up; ours is there already.
const YOUNG_HEAP = '--max-semi-space-size=16'

/** One evaluator thread, and the jobs that it has been given. Ending it is the only way to interrupt a guest. */
export class EvaluatorThread {
  readonly #worker: Worker
  readonly #options: EvaluatorThreadOptions
  #policies: ReadonlySet<EvaluatedPolicy> = new Set()
  /** In the order in which the thread answers. */
  readonly #waiting: ((result: JobAnswer | JobEnded) => void)[] = []
  #end: JobEnded | undefined

  constructor(options: EvaluatorThreadOptions) {
    this.#options = options
    exposeCollector()
    setFlagsFromString(YOUNG_HEAP)
    this.#worker = new Worker(modulePath('shim/pool/worker'), {
      // How our own process was started, and what stands in its environment, is no guest's business.
      execArgv: [],
      env: compiledCodeVariables(),
      workerData: modesOf(options.policies),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
    })
    this.#worker.on('message', (message: FromThread) => this.#receive(message))
    this.#worker.on('messageerror', () => this.end('crashed'))
    this.#worker.on('error', (error) => this.#finish('crashed', messageOf(error)))
    this.#worker.on('exit', (code) => this.#finish('crashed', `exit code ${code}`))
    this.setPolicies(options.policies)
  }

  /** Runs a job to its answer, or to the thread's end. The thread must be ready and idle. */
  run(job: Job): Promise<JobAnswer | JobEnded> {
    const [result = Promise.reject(new Error('one job has one answer'))] = this.#send(
      this.#shorten(job),
      1,
      job.type === 'evaluate' ? [job.request.json.buffer] : [],
    )
    return result
  }

  /** Asks several policies about one request, in this order; each answer comes as soon as it is there. As `run`. */
  runMany(policies: readonly EvaluatedPolicy[], request: EvaluationRequest): Promise<JobAnswer | JobEnded>[] {
    const names = policies.map((policy) => this.#nameOf(policy))
    return this.#send({ type: 'evaluate-many', policies: names, request }, policies.length)
  }

  /** Gives the thread the policies that jobs name by id. Jobs sent before still find the old ones. */
  setPolicies(policies: readonly EvaluatedPolicy[]): void {
    this.#policies = new Set(policies)
    this.#post({ type: 'set-policies', policies })
  }

  /** Ends the thread wherever it is; a job that it runs is answered with the reason at once. */
  async end(reason: EndReason): Promise<void> {
    this.#finish(reason, reason)
    await this.#worker.terminate()
  }

  #send(
    message: Job | EvaluateManyJob,
    answers: number,
    transfer: readonly ArrayBufferLike[] = [],
  ): Promise<JobAnswer | JobEnded>[] {
    const { length } = this.#waiting
    const results = Array.from({ length: answers }, () => {
      if (this.#end !== undefined) return Promise.resolve(this.#end)
      return new Promise<JobAnswer | JobEnded>((resolve) => this.#waiting.push(resolve))
    })
    try {
      this.#post(message, transfer)
    } catch (error) {
      // bytes that have been handed over before, for example
      for (const resolve of this.#waiting.splice(length)) resolve({ type: 'failed', message: messageOf(error) })
    }
    return results
  }

  #shorten(job: Job): Job {
    if (job.type !== 'evaluate' || typeof job.policy === 'string') return job
    return { ...job, policy: this.#nameOf(job.policy) }
  }

  // A policy of the same id may have other settings by now, so that only the same object may go by its id.
  #nameOf(policy: EvaluatedPolicy): string | EvaluatedPolicy {
    return this.#policies.has(policy) ? policy.id : policy
  }

  #receive(message: FromThread): void {
    if (this.#end !== undefined) return
    switch (message.type) {
      case 'ready':
        this.#options.onReady(this)
        break
      case 'policy-log':
        this.#options.onPolicyLog(message)
        break
      default:
        this.#waiting.shift()?.(message)
    }
  }

  #finish(reason: EndReason, message: string): void {
    if (this.#end !== undefined) return
    this.#end = { type: 'ended', reason, message }
    for (const resolve of this.#waiting.splice(0)) resolve(this.#end)
    this.#options.onEnd(this, this.#end)
  }

  #post(message: ToThread, transfer: readonly ArrayBufferLike[] = []): void {
    this.#worker.postMessage(message, transfer as ArrayBuffer[])
  }
}

function modesOf(policies: readonly EvaluatedPolicy[]): ThreadData {
  return { modes: [...new Set(policies.map(({ module }) => module.executionMode))] }
}
