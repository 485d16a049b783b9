import { fileURLToPath } from 'node:url'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { EvaluatedPolicy, SettingsVerdict } from '../../evaluator/evaluate.ts'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import type { ExecutionMode } from '../../evaluator/module/metadata.ts'
import { applyPolicyMode } from '../../evaluator/policy-mode.ts'
import { findExemption } from '../../shim/exemptions/find-exemption.ts'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import { readModule } from '../../shim/policies/module-source.ts'
import { EvaluatorPool, type Outcome, type StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import type { JobLimits } from '../../shim/pool/watch-job.ts'
import { answerExempted } from '../../shim/review/answer-exempted.ts'
import { logPolicyLine } from '../../shim/review/policy-log.ts'
import { timeoutMessage } from '../../shim/review/timeout-message.ts'
import { toVerdict } from '../../shim/review/to-verdict.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { NamedRequest } from '../requests/read-requests.ts'
import type { PolicyToRun } from './policies-to-run.ts'

export interface RunOptions {
  /** Where the policies' own lines go. */
  readonly log: Log
  readonly onVerdict: (verdict: Verdict) => void
}

/** What one policy says to one request. */
export interface Verdict {
  readonly policyId: string
  readonly title: string
  readonly response: AdmissionResponse
}

const MEMORY_LIMIT_BYTES = FLAG_DEFAULTS.memoryLimitMib * 1024 * 1024
// A pool of one has nobody before us; the job waits only while a thread starts.
const START_MS = 60_000

/**
 * Asks each policy about each request, in the order given, as the shim would: in a thread that is ended when the policy
 * takes too long. @throws ERR_SETTINGS_INVALID, ERR_MODULE_SOURCE and what else keeps a policy from being run
 */
export async function runPolicies(
  policies: readonly PolicyToRun[],
  requests: readonly NamedRequest[],
  { log, onVerdict }: RunOptions,
): Promise<void> {
  await using pool = await new EvaluatorPool({
    workers: 1,
    queue: 1,
    log,
    onPolicyLog: (line) => logPolicyLine(log, line),
    onThreadEnd: () => {},
  }).start()
  const prepared = await Promise.all(policies.map(async (policy) => ({ ...policy, evaluated: await prepare(policy) })))
  for (const { evaluated, timeoutMs } of prepared) await checkSettings(pool, evaluated, timeoutMs)
  pool.setPolicies(prepared.map(({ evaluated }) => evaluated))
  for (const { title, request } of requests)
    for (const policy of prepared) {
      const exemption = findExemption(policy.exemptions, request, Date.now())
      const response =
        exemption === undefined ? await ask(pool, policy, request) : answerExempted(request.uid, policy.id, exemption)
      onVerdict({ policyId: policy.id, title, response })
    }
}

type PreparedPolicy = PolicyToRun & { readonly evaluated: EvaluatedPolicy }

async function ask(
  pool: StartedEvaluatorPool,
  policy: PreparedPolicy,
  request: NamedRequest['request'],
): Promise<AdmissionResponse> {
  // the pool takes the bytes away
  const copy = { ...request, json: request.json.slice() }
  const outcome = await pool.evaluate(policy.evaluated, copy, limitsOf(policy.timeoutMs))
  return applyPolicyMode(toVerdict(outcome, policy.evaluated, request.uid), policy)
}

async function prepare({
  id,
  module,
  settings,
  hostCapabilities,
  executionMode,
}: PolicyToRun): Promise<EvaluatedPolicy> {
  const compiled = await compilePolicyModule(await readModule({ id, module }), {
    memoryLimitBytes: MEMORY_LIMIT_BYTES,
    source: fileURLToPath(module),
    ...(executionMode === undefined ? {} : { executionMode }),
  })
  return { id, module: compiled.module, settings, hostCapabilities }
}

async function checkSettings(pool: StartedEvaluatorPool, policy: EvaluatedPolicy, timeoutMs: number): Promise<void> {
  const outcome = await pool.validateSettings(policy, limitsOf(timeoutMs))
  if (outcome.kind === 'answered' && outcome.value.valid) return
  throw new GatehouseError(
    'ERR_SETTINGS_INVALID',
    `Provided settings are not valid: ${describeRefusal(outcome, policy.module.executionMode)}`,
  )
}

function describeRefusal(outcome: Outcome<SettingsVerdict>, executionMode: ExecutionMode): string {
  if (outcome.kind === 'answered') return outcome.value.message ?? 'the policy does not say why'
  return outcome.kind === 'failed' ? outcome.message : timeoutMessage(executionMode)
}

function limitsOf(timeoutMs: number): JobLimits {
  return { timeoutMs, deadline: performance.now() + START_MS + timeoutMs, signal: new AbortController().signal }
}
