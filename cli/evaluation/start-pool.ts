import { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import type { PolicyLog } from '../../shim/pool/messages.ts'
import { logPolicyLine } from '../../shim/review/policy-log.ts'
import type { Log } from '../../util/log.ts'

/**
 * Starts evaluator threads for one command. They load their code while the command reads its files: none is waited for
 * here, and none kept to spare. What policies log goes to `log`, unless it is to go elsewhere.
 */
export function startPool(
  workers: number,
  log: Log,
  onPolicyLog: (line: PolicyLog) => void = (line) => logPolicyLine(log, line),
): StartedEvaluatorPool {
  const pool = new StartedEvaluatorPool({
    workers,
    spares: 0,
    queue: Number.POSITIVE_INFINITY,
    log,
    onPolicyLog,
    onThreadEnd: () => {},
  })
  // a thread that cannot start fails the first job; by then the command may have failed for another reason
  pool.ready.catch(() => {})
  return pool
}
