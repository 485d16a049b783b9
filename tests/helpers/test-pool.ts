import { parseAdmissionReview } from '../../evaluator/admission-request.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { EvaluatorPool, type StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import type { EndReason } from '../../shim/pool/evaluator-thread.ts'
import type { PolicyLog } from '../../shim/pool/messages.ts'
import type { JobLimits } from '../../shim/pool/watch-job.ts'
import { SILENT_LOG } from '../../util/log.ts'
import { admissionReview } from './policies.ts'

/** A pool, and what it told. */
export interface TestPool extends AsyncDisposable {
  readonly pool: StartedEvaluatorPool
  readonly ended: EndReason[]
  readonly logged: PolicyLog[]
}

export async function startPool(
  policies: readonly EvaluatedPolicy[],
  { workers = 1, queue = 10, spares = 1, evaluatesInFront = false, idleMs = 60_000 } = {},
): Promise<TestPool> {
  const ended: EndReason[] = []
  const logged: PolicyLog[] = []
  const pool = await new EvaluatorPool({
    workers,
    queue,
    spares,
    evaluatesInFront,
    idleMs,
    log: SILENT_LOG,
    onPolicyLog: (line) => logged.push(line),
    onThreadEnd: (reason) => ended.push(reason),
  }).start()
  pool.setPolicies(policies)
  return { pool, ended, logged, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() }
}

/** Of somebody who waits. */
export const PATIENT: JobLimits = {
  timeoutMs: 60_000,
  deadline: performance.now() + 60_000,
  signal: new AbortController().signal,
}

export function evaluate(pool: StartedEvaluatorPool, policy: EvaluatedPolicy, limits: Partial<JobLimits> = {}) {
  return pool.evaluate(policy, parseAdmissionReview(admissionReview()), { ...PATIENT, ...limits })
}
