import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import type { PolicyModule } from '../../evaluator/module/policy-module.ts'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { GuestSpec } from '../policies/policy-spec.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import { checkSettings } from './check-settings.ts'
import type { LoadedGuest, LoadFailure } from './policy-set.ts'

export interface LoadGuestOptions {
  /** Where settings are checked; asked for only if some have to be. */
  readonly pool: () => Promise<StartedEvaluatorPool>
  /** For guests without a limit of their own. */
  readonly policyTimeoutMs: number
  readonly compile: (spec: GuestSpec) => Promise<PolicyModule>
  /** Those that are served now: what did not change is taken over. */
  readonly previous: readonly LoadedGuest[]
  /** Nobody wants it any more. */
  readonly signal: AbortSignal
  readonly log: Log
}

/** Compiles a module and asks it about its settings; or says what is wrong with it. @throws the signal's reason */
export async function loadGuest(spec: GuestSpec, options: LoadGuestOptions): Promise<LoadedGuest | LoadFailure> {
  const { signal, log } = options
  const timeoutMs = spec.timeoutEvalSeconds === undefined ? options.policyTimeoutMs : spec.timeoutEvalSeconds * 1000
  try {
    const module = await options.compile(spec)
    const settings = new TextEncoder().encode(JSON.stringify(spec.settings))
    const { id, hostCapabilities, contextAwareResources } = spec
    const evaluated = { id, module, settings, hostCapabilities, contextAwareResources }
    const before = options.previous.find((guest) => isSame(guest.evaluated, evaluated))
    if (before !== undefined) return { evaluated: before.evaluated, timeoutMs }
    const objection = await checkSettings(evaluated, { pool: await options.pool(), timeoutMs, signal })
    if (objection !== undefined)
      return { state: 'settings-refused', path: ['settings'], error: `Policy settings are invalid: ${objection}` }
    log.info({ policyId: spec.id, module: spec.module, digest: module.digest }, 'policy loaded')
    return { evaluated, timeoutMs }
  } catch (error) {
    signal.throwIfAborted()
    return { state: 'not-loaded', path: ['module'], error: messageOf(error) }
  }
}

// Everything that an evaluation depends on; equal modules have been compiled to the same one.
function isSame(one: EvaluatedPolicy, other: EvaluatedPolicy): boolean {
  return (
    one.id === other.id &&
    one.module === other.module &&
    Buffer.compare(one.settings, other.settings) === 0 &&
    JSON.stringify(one.hostCapabilities) === JSON.stringify(other.hostCapabilities) &&
    JSON.stringify(one.contextAwareResources) === JSON.stringify(other.contextAwareResources)
  )
}
