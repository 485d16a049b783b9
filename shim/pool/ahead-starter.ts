import { type EvaluatedPolicy, isStartable } from '../../evaluator/evaluate.ts'
import type { PolicyModule } from '../../evaluator/module/policy-module.ts'
import type { Log } from '../../util/log.ts'
import type { EvaluatorThread, JobEnded } from './evaluator-thread.ts'
import type { JobAnswer } from './messages.ts'
import { watchJob } from './watch-job.ts'

const NEVER = new AbortController().signal

/** Starts guests ahead of their next requests, in threads that nobody waits for, under the deadline of the request before. */
export class AheadStarter {
  readonly #log: Log
  /** Those whose guests never come to wait for a request. */
  readonly #refused = new WeakSet<PolicyModule>()

  constructor(log: Log) {
    this.#log = log
  }

  suits(policy: EvaluatedPolicy): boolean {
    return isStartable(policy) && !this.#refused.has(policy.module)
  }

  /** @param thread idle, and nobody else's until this is done; it may have ended by then */
  async start(thread: EvaluatorThread, policy: EvaluatedPolicy, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs
    const stopWatching = watchJob(thread, { timeoutMs, deadline, signal: NEVER })
    const result = await thread.run({ type: 'start-ahead', policy })
    stopWatching()
    const why = whyNever(result)
    if (why === undefined) return
    this.#refused.add(policy.module)
    this.#log.info({ policy: policy.id, why }, 'the policy is started with each request, and not ahead of it')
  }
}

function whyNever(result: JobAnswer | JobEnded): string | undefined {
  if (result.type === 'started-ahead') return result.waits ? undefined : 'it ends without having read one'
  if (result.type !== 'ended') return result.type === 'failed' ? result.message : result.type
  return result.reason === 'stopped' ? undefined : `its start took too long, or its thread with it: ${result.reason}`
}
