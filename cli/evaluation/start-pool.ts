import { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { logPolicyLine } from '../../shim/review/policy-log.ts'
import type { Log } from '../../util/log.ts'

/**
 * Starts evaluator threads for one command. They load their code while the command reads its files: none is waited for
 * here, and none kept to spare. `log` is given what policies say.
 */
export function startPool(workers: number, log: Log): StartedEvaluatorPool {
  const pool = new StartedEvaluatorPool({
    workers,
    spares: 0,
    queue: Number.POSITIVE_INFINITY,
    log,
    onPolicyLog: (line) => logPolicyLine(log, line),
    onThreadEnd: () => {},
  })
  // a thread that cannot start fails the first job; by then the command may have failed for another reason
  pool.ready.catch(() => {})
  return pool
}
