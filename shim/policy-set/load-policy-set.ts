import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import { createMatcher } from '../../evaluator/matching/policy-matcher.ts'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { mapInParallel } from '../../util/map-in-parallel.ts'
import { isExpired } from '../exemptions/exemption.ts'
import { digestOfModule, moduleOf } from '../policies/module-source.ts'
import type { PolicySources } from '../policies/policies-snapshot.ts'
import type { PolicySpec } from '../policies/policy-spec.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import { checkSettings } from './check-settings.ts'
import { ModuleCompiler } from './module-compiler.ts'
import {
  type FailedPolicy,
  type KnownPolicy,
  type LoadedPolicy,
  listServed,
  type PolicySet,
  type ServedPolicy,
} from './policy-set.ts'

export interface LoadPolicySetOptions {
  /** Where settings are checked; asked for only if some have to be. */
  readonly pool: () => Promise<StartedEvaluatorPool>
  /** How many policies are loaded at the same time. */
  readonly workers: number
  readonly memoryLimitBytes: number
  /** For policies without a limit of their own. */
  readonly policyTimeoutMs: number
  /** The set that this one will replace: what did not change is taken over, and what turns out bad stays as it was. */
  readonly previous?: PolicySet
  /** Nobody wants the set any more. */
  readonly signal: AbortSignal
  readonly log: Log
}

/** Loads every policy. Never throws for a policy. @throws the signal's reason */
export async function loadPolicySet(
  { specs, modules }: PolicySources,
  options: LoadPolicySetOptions,
): Promise<PolicySet> {
  const { previous = new Map(), memoryLimitBytes, signal } = options
  const compiler = new ModuleCompiler(
    memoryLimitBytes,
    listServed(previous).map(({ evaluated }) => evaluated.module),
  )
  for (const spec of specs) tellExpired(spec, options.log)
  const loaded = await mapInParallel(specs, options.workers, async (spec) => {
    const policy = await loadPolicy(spec, {
      ...options,
      previous: previous.get(spec.id),
      known: await describePolicy(spec, digestOfModule(spec, modules)),
      compile: () => compiler.compile(moduleOf(spec, modules), spec.module),
    })
    signal.throwIfAborted()
    return policy
  })
  return new Map(loaded.map((policy) => [policy.id, policy]))
}

interface LoadPolicyOptions extends Omit<LoadPolicySetOptions, 'previous'> {
  readonly previous: LoadedPolicy | undefined
  readonly known: KnownPolicy
  readonly compile: () => ReturnType<ModuleCompiler['compile']>
}

async function loadPolicy(spec: PolicySpec, options: LoadPolicyOptions): Promise<LoadedPolicy> {
  const { previous, signal, log } = options
  const timeoutMs = spec.timeoutEvalSeconds === undefined ? options.policyTimeoutMs : spec.timeoutEvalSeconds * 1000
  const serve = (evaluated: EvaluatedPolicy): ServedPolicy => ({
    ...options.known,
    state: 'served',
    evaluated,
    timeoutMs,
  })
  try {
    const module = await options.compile()
    const settings = new TextEncoder().encode(JSON.stringify(spec.settings))
    const evaluated = { id: spec.id, module, settings, hostCapabilities: spec.hostCapabilities }
    if (previous?.state === 'served' && isSame(previous.evaluated, evaluated)) return serve(previous.evaluated)
    const objection = await checkSettings(evaluated, { pool: await options.pool(), timeoutMs, signal })
    if (objection !== undefined) return refuse(spec, 'settings-refused', objection, options)
    log.info({ policyId: spec.id, module: spec.module, digest: module.digest }, 'policy loaded')
    return serve(evaluated)
  } catch (error) {
    signal.throwIfAborted()
    return refuse(spec, 'not-loaded', messageOf(error), options)
  }
}

function tellExpired({ id, exemptions = [] }: PolicySpec, log: Log): void {
  const expired = exemptions.filter((exemption) => isExpired(exemption, Date.now()))
  for (const { until, reason } of expired)
    log.warn({ policyId: id, until, reason }, 'an exemption has expired; remove it from the policies file')
}

// Everything that an evaluation depends on; equal modules have been compiled to the same one.
function isSame(one: EvaluatedPolicy, other: EvaluatedPolicy): boolean {
  return (
    one.module === other.module &&
    Buffer.compare(one.settings, other.settings) === 0 &&
    JSON.stringify(one.hostCapabilities) === JSON.stringify(other.hostCapabilities)
  )
}

function refuse(
  spec: PolicySpec,
  state: FailedPolicy['state'],
  reason: string,
  { previous, known, log }: LoadPolicyOptions,
): LoadedPolicy {
  const error = state === 'settings-refused' ? `Policy settings are invalid: ${reason}` : reason
  const fields = { policyId: spec.id, module: spec.module, error }
  if (previous?.state === 'served') {
    log.error(fields, 'policy failed to load; its last good version keeps answering')
    return { ...previous, refusedUpdate: error }
  }
  log.error(fields, 'policy failed to load')
  return { ...known, state, error }
}

async function describePolicy(spec: PolicySpec, moduleDigest: string): Promise<KnownPolicy> {
  const { id, mode, allowedToMutate, message, registration } = spec
  return {
    id,
    mode,
    allowedToMutate,
    spec,
    moduleDigest,
    ...(message === undefined ? {} : { message }),
    ...(registration?.mutates === undefined ? {} : { mutates: registration.mutates }),
    ...(registration === undefined ? {} : { matcher: await createMatcher(registration) }),
  }
}
