import { EvaluatorPool, type StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { SILENT_LOG } from '../../util/log.ts'
import type { Sample } from './samples.ts'

/** Starts a pool of one evaluator thread that knows the samples. */
export async function startPool(
  samples: readonly Sample[],
  options: { readonly evaluatesInFront: boolean },
): Promise<StartedEvaluatorPool> {
  const pool = await new EvaluatorPool({
    workers: 1,
    queue: 1,
    log: SILENT_LOG,
    onPolicyLog: () => {},
    onThreadEnd: () => {},
    ...options,
  }).start()
  pool.setPolicies(samples.map(({ policy }) => policy))
  return pool
}

/** Milliseconds of each question. */
export interface Asked {
  /** Until the answer is there. */
  readonly answered: readonly number[]
  /** Until the guest can be asked again: the event loop has turned, or a thread has started it ahead. */
  readonly closed: readonly number[]
  /** How many the front's own thread has answered. */
  readonly inFront: number
}

const PATIENCE_MS = 60_000

/** Asks one question after the other. @throws when the policy does not answer */
export async function askPool(
  pool: StartedEvaluatorPool,
  { policy, request }: Sample,
  times: number,
  signal: AbortSignal,
): Promise<Asked> {
  const answered: number[] = []
  const closed: number[] = []
  let inFront = 0
  for (let time = 0; time < times; time++) {
    const limits = { timeoutMs: PATIENCE_MS, deadline: performance.now() + PATIENCE_MS, signal }
    // the pool takes a request's bytes away
    const copy = { ...request, json: request.json.slice() }
    const startedAt = performance.now()
    const asked = pool.evaluate(policy, copy, limits)
    // who goes to a thread has one by now
    if (pool.stats.busy === 0) inFront += 1
    const outcome = await asked
    answered.push(performance.now() - startedAt)
    do await new Promise((resolve) => setImmediate(resolve))
    while (pool.stats.starting > 0)
    closed.push(performance.now() - startedAt)
    if (outcome.kind !== 'answered' || outcome.value.status?.code === 500)
      throw new Error(`${policy.id} does not answer: ${JSON.stringify(outcome)}`)
  }
  return { answered, closed, inFront }
}
