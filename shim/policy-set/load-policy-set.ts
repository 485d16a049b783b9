import { createHash } from 'node:crypto'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { type CompiledPolicy, compilePolicyModule } from '../../evaluator/module/compile.ts'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { readModule } from '../policies/module-source.ts'
import type { PolicySpec } from '../policies/policy-spec.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import { TIMEOUT_MESSAGE } from '../review/timeout-message.ts'
import type { FailedPolicy, LoadedPolicy, PolicySet, ServedPolicy } from './policy-set.ts'

export interface LoadPolicySetOptions {
  readonly pool: StartedEvaluatorPool
  /** How many policies are loaded at the same time. */
  readonly workers: number
  readonly memoryLimitBytes: number
  /** For policies without a limit of their own. */
  readonly policyTimeoutMs: number
  readonly log: Log
}

/** For a settings check in a pool that serves requests at the same time. */
const SETTINGS_DEADLINE_MS = 30_000

/** Loads every policy, and makes those that are good known to the pool. Never throws for a policy. */
export async function loadPolicySet(specs: readonly PolicySpec[], options: LoadPolicySetOptions): Promise<PolicySet> {
  const compile = createCompiler(options.memoryLimitBytes)
  const loaded = await mapInParallel(specs, options.workers, (spec) => loadPolicy(spec, compile, options))
  options.pool.setPolicies(loaded.flatMap((policy) => (policy.state === 'served' ? [policy.evaluated] : [])))
  return new Map(loaded.map((policy) => [policy.id, policy]))
}

type Compile = (bytes: Uint8Array, source: string) => Promise<CompiledPolicy>

/** Compiles equal modules once, however many policies use them. */
function createCompiler(memoryLimitBytes: number): Compile {
  const compiled = new Map<string, Promise<CompiledPolicy>>()
  return (bytes, source) => {
    const digest = createHash('sha256').update(bytes).digest('hex')
    const promise = compiled.get(digest) ?? compilePolicyModule(bytes, { memoryLimitBytes, source })
    compiled.set(digest, promise)
    return promise
  }
}

async function loadPolicy(spec: PolicySpec, compile: Compile, options: LoadPolicySetOptions): Promise<LoadedPolicy> {
  try {
    const { module } = await compile(await readModule(spec), spec.module)
    const settings = new TextEncoder().encode(JSON.stringify(spec.settings))
    const evaluated = { id: spec.id, module, settings, hostCapabilities: spec.hostCapabilities }
    const timeoutMs = spec.timeoutEvalSeconds === undefined ? options.policyTimeoutMs : spec.timeoutEvalSeconds * 1000
    const objection = await checkSettings(evaluated, timeoutMs, options.pool)
    if (objection !== undefined) return fail(spec, 'settings-refused', objection, options.log)
    options.log.info({ policyId: spec.id, module: spec.module, digest: module.digest }, 'policy loaded')
    return { ...modeOf(spec), state: 'served', evaluated, timeoutMs } satisfies ServedPolicy
  } catch (error) {
    return fail(spec, 'not-loaded', messageOf(error), options.log)
  }
}

/** What the guest has against its settings; undefined when nothing. */
async function checkSettings(
  policy: EvaluatedPolicy,
  timeoutMs: number,
  pool: StartedEvaluatorPool,
): Promise<string | undefined> {
  const outcome = await pool.validateSettings(policy, {
    timeoutMs,
    deadline: performance.now() + SETTINGS_DEADLINE_MS,
    signal: new AbortController().signal,
  })
  switch (outcome.kind) {
    case 'timed-out':
      return TIMEOUT_MESSAGE
    case 'failed':
      return outcome.message
    case 'answered':
      return outcome.value.valid ? undefined : (outcome.value.message ?? 'the policy does not say why')
  }
}

function fail(spec: PolicySpec, state: FailedPolicy['state'], reason: string, log: Log): FailedPolicy {
  const error = state === 'settings-refused' ? `Policy settings are invalid: ${reason}` : reason
  log.error({ policyId: spec.id, module: spec.module, error }, 'policy failed to load')
  return { ...modeOf(spec), state, error }
}

function modeOf({ id, mode, allowedToMutate, message }: PolicySpec) {
  return { id, mode, allowedToMutate, ...(message === undefined ? {} : { message }) }
}

async function mapInParallel<T, R>(items: readonly T[], parallel: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  // One iterator for all: each lane takes the next item as soon as it has finished one.
  const entries = items.entries()
  const lane = async () => {
    for (const [index, item] of entries) results[index] = await map(item)
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  return results
}
