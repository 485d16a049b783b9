import { fileURLToPath } from 'node:url'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import { applyPolicyMode } from '../../evaluator/policy-mode.ts'
import { findExemption } from '../../shim/exemptions/find-exemption.ts'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import { readModule } from '../../shim/policies/module-source.ts'
import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import type { JobLimits } from '../../shim/pool/watch-job.ts'
import { answerExempted } from '../../shim/review/answer-exempted.ts'
import { timeoutMessage } from '../../shim/review/timeout-message.ts'
import { toVerdict } from '../../shim/review/to-verdict.ts'
import type { NamedRequest } from '../requests/read-requests.ts'
import type { PolicyToRun } from '../run/policies-to-run.ts'

/** A policy that can be asked: its module is compiled. */
export interface PreparedPolicy extends PolicyToRun {
  readonly evaluated: EvaluatedPolicy
}

const MEMORY_LIMIT_BYTES = FLAG_DEFAULTS.memoryLimitMib * 1024 * 1024
// Nobody is before us in the pool: a job waits only while a thread starts.
const START_MS = 60_000

/** Reads and compiles the policy's module. @throws ERR_MODULE_SOURCE, ERR_MODULE_INVALID, ERR_MODULE_METADATA */
export async function preparePolicy(policy: PolicyToRun): Promise<PreparedPolicy> {
  const { id, module, settings, hostCapabilities, executionMode } = policy
  const compiled = await compilePolicyModule(await readModule({ id, module }), {
    memoryLimitBytes: MEMORY_LIMIT_BYTES,
    source: fileURLToPath(module),
    ...(executionMode === undefined ? {} : { executionMode }),
  })
  return { ...policy, evaluated: { id, module: compiled.module, settings, hostCapabilities } }
}

/** What the policy has against its settings; undefined when nothing. */
export async function refusalOfSettings(
  pool: StartedEvaluatorPool,
  { evaluated, timeoutMs }: PreparedPolicy,
): Promise<string | undefined> {
  await pool.ready
  const outcome = await pool.validateSettings(evaluated, limitsOf(timeoutMs))
  if (outcome.kind === 'timed-out') return timeoutMessage(evaluated.module.executionMode)
  if (outcome.kind === 'failed') return outcome.message
  return outcome.value.valid ? undefined : (outcome.value.message ?? 'the policy does not say why')
}

/** What the shim would answer to the request: an exemption is one, and the policy's mode has its say. */
export async function askPolicy(
  pool: StartedEvaluatorPool,
  policy: PreparedPolicy,
  request: NamedRequest['request'],
): Promise<AdmissionResponse> {
  const exemption = findExemption(policy.exemptions, request, Date.now())
  if (exemption !== undefined) return answerExempted(request.uid, policy.id, exemption)
  await pool.ready
  // the pool takes the bytes away
  const copy = { ...request, json: request.json.slice() }
  const outcome = await pool.evaluate(policy.evaluated, copy, limitsOf(policy.timeoutMs))
  return applyPolicyMode(toVerdict(outcome, policy.evaluated, request.uid), policy)
}

function limitsOf(timeoutMs: number): JobLimits {
  return { timeoutMs, deadline: performance.now() + START_MS + timeoutMs, signal: new AbortController().signal }
}
