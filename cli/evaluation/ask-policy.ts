import type { EvaluationRequest, ParsedAdmissionRequest } from '../../evaluator/admission-request.ts'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import type { PolicyMetadata } from '../../evaluator/module/metadata.ts'
import { applyPolicyMode, type PolicyModeOptions } from '../../evaluator/policy-mode.ts'
import type { Exemption } from '../../shim/exemptions/exemption.ts'
import { findExemption } from '../../shim/exemptions/find-exemption.ts'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'
import { nameOfModule, readModule } from '../../shim/policies/module-source.ts'
import type { LoadedGuest } from '../../shim/policy-set/policy-set.ts'
import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import type { JobLimits } from '../../shim/pool/watch-job.ts'
import { answerExempted } from '../../shim/review/answer-exempted.ts'
import { type AskedPolicy, askPolicy as askModules } from '../../shim/review/ask-policy.ts'
import { timeoutMessage } from '../../shim/review/timeout-message.ts'
import type { GuestToRun, PolicyToRun } from '../run/policies-to-run.ts'

/** A policy that can be asked: its modules are compiled. */
export interface PreparedPolicy extends PolicyModeOptions {
  readonly asked: AskedPolicy
  readonly exemptions?: readonly Exemption[]
  /** What its module's metadata wants to see of a cluster; of a group nothing is known. */
  readonly contextAwareResources: PolicyMetadata['contextAwareResources']
}

const MEMORY_LIMIT_BYTES = FLAG_DEFAULTS.memoryLimitMib * 1024 * 1024
// Nobody is before us in the pool: a job waits only while a thread starts.
const START_MS = 60_000

/** Reads and compiles what the policy asks. @throws ERR_MODULE_SOURCE, ERR_MODULE_INVALID, ERR_MODULE_METADATA */
export async function preparePolicy(
  { asks, ...policy }: PolicyToRun,
  access: ModuleAccess = {},
): Promise<PreparedPolicy> {
  if (!('group' in asks)) {
    const { guest, contextAwareResources } = await prepareGuest(asks, access)
    return { ...policy, asked: guest, contextAwareResources }
  }
  const { members, ...group } = asks.group
  const prepared = [...members].map(
    async ([name, member]) => [name, (await prepareGuest(member, access)).guest] as const,
  )
  const asked = { group: { ...group, members: new Map(await Promise.all(prepared)) } }
  return { ...policy, asked, contextAwareResources: [] }
}

/** Whether the policy's metadata says that it takes any JSON; of groups, none does. */
export function isForRawRequests({ asked }: PreparedPolicy): boolean {
  return !('group' in asked) && asked.evaluated.module.isRaw === true
}

/** All modules that a policy asks. */
export function guestsOfPrepared({ asked }: PreparedPolicy): readonly LoadedGuest[] {
  return 'group' in asked ? [...asked.group.members.values()] : [asked]
}

/** What the policy, or the first member that has anything, has against its settings; undefined when nothing. */
export async function refusalOfSettings(
  pool: StartedEvaluatorPool,
  policy: PreparedPolicy,
): Promise<string | undefined> {
  await pool.ready
  if (!('group' in policy.asked)) return await refusalOfGuest(pool, policy.asked)
  for (const [name, member] of policy.asked.group.members) {
    const refusal = await refusalOfGuest(pool, member)
    if (refusal !== undefined) return `${policy.id}/${name}: ${refusal}`
  }
  return undefined
}

/** What the shim would answer to the request: an exemption is one, and the policy's mode has its say. */
export async function askPolicy(
  pool: StartedEvaluatorPool,
  policy: PreparedPolicy,
  request: EvaluationRequest | ParsedAdmissionRequest,
): Promise<AdmissionResponse> {
  // there are none for raw requests, of which nothing is known
  const exemption = 'attributes' in request ? findExemption(policy.exemptions, request, Date.now()) : undefined
  if (exemption !== undefined) return answerExempted(request.uid, policy.id, exemption)
  await pool.ready
  // the pool takes the bytes away
  const copy = { ...request, json: request.json.slice() }
  const timeoutMs = guestsOfPrepared(policy).reduce((sum, guest) => sum + guest.timeoutMs, 0)
  const { deadline, signal } = limitsOf(timeoutMs)
  return applyPolicyMode(await askModules(policy.asked, copy, { pool, deadline, signal }), policy)
}

async function prepareGuest(
  guest: GuestToRun,
  access: ModuleAccess,
): Promise<{ guest: LoadedGuest } & Pick<PreparedPolicy, 'contextAwareResources'>> {
  const { id, module, settings, hostCapabilities, executionMode, timeoutMs } = guest
  const compiled = await compilePolicyModule(await readModule({ id, module }, access), {
    memoryLimitBytes: MEMORY_LIMIT_BYTES,
    source: nameOfModule(module),
    ...(executionMode === undefined ? {} : { executionMode }),
  })
  const wanted = compiled.metadata?.contextAwareResources ?? []
  // where nobody else says what it is to see, its author does
  const { contextAwareResources = wanted } = guest
  const evaluated = { id, module: compiled.module, settings, hostCapabilities, contextAwareResources }
  return { guest: { evaluated, timeoutMs }, contextAwareResources: wanted }
}

async function refusalOfGuest(
  pool: StartedEvaluatorPool,
  { evaluated, timeoutMs }: LoadedGuest,
): Promise<string | undefined> {
  const outcome = await pool.validateSettings(evaluated, limitsOf(timeoutMs))
  if (outcome.kind === 'timed-out') return timeoutMessage(evaluated.module.executionMode)
  if (outcome.kind === 'failed') return outcome.message
  return outcome.value.valid ? undefined : (outcome.value.message ?? 'the policy does not say why')
}

function limitsOf(timeoutMs: number): JobLimits {
  return { timeoutMs, deadline: performance.now() + START_MS + timeoutMs, signal: new AbortController().signal }
}
