import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import { timeoutMessage } from '../review/timeout-message.ts'

export interface CheckSettingsOptions {
  readonly pool: StartedEvaluatorPool
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** For the wait until a thread is free; others may be checked before. */
const SETTINGS_DEADLINE_MS = 30_000

/** What the guest has against its settings; undefined when nothing. @throws as `StartedEvaluatorPool.evaluate` */
export async function checkSettings(
  policy: EvaluatedPolicy,
  { pool, timeoutMs, signal }: CheckSettingsOptions,
): Promise<string | undefined> {
  const deadline = performance.now() + SETTINGS_DEADLINE_MS
  const outcome = await pool.validateSettings(policy, { timeoutMs, deadline, signal })
  switch (outcome.kind) {
    case 'timed-out':
      return timeoutMessage(policy.module.executionMode)
    case 'failed':
      return outcome.message
    case 'answered':
      return outcome.value.valid ? undefined : (outcome.value.message ?? 'the policy does not say why')
  }
}
