import { messageOf } from '../util/errors.ts'
import type { EvaluationRequest } from './admission-request.ts'
import { type AdmissionResponse, rejectWithInternalError } from './admission-response.ts'
import type { ContextAwareResource, GuestHost, GuestInstance, Meter } from './guests/guest.ts'
import { guestKindOf, STARTABLE_MODES } from './guests/index.ts'
import { createGuestHost } from './host/guest-host.ts'
import { PolicyLog, type PolicyLogObserver } from './host/policy-log.ts'
import { ParkedInstances } from './instances/parked-instances.ts'
import { StartedGuests } from './instances/started-guests.ts'
import type { PolicyModule } from './module/policy-module.ts'
import type { SettingsVerdict } from './settings-response.ts'

export type { PolicyLogLine, PolicyLogObserver } from './host/policy-log.ts'
export type { SettingsVerdict } from './settings-response.ts'

/** A policy as an evaluator thread needs it. Structured-cloneable. */
export interface EvaluatedPolicy {
  readonly id: string
  readonly module: PolicyModule
  /** A JSON object; `{}` when the operator gave none. */
  readonly settings: Uint8Array
  /** Patterns of the capabilities that the policy may use; none: only `tracing`. */
  readonly hostCapabilities: readonly string[]
  /** What the policy may see of the cluster. */
  readonly contextAwareResources: readonly ContextAwareResource[]
}

/** The instances of a thread that evaluates one request after the other. */
export function createParkedInstances(): ParkedInstances {
  return new ParkedInstances(instantiate)
}

/** Its guests that can be started ahead of their requests. */
export function createStartedGuests(): StartedGuests {
  return new StartedGuests((module) => {
    const { instantiateStartable } = guestKindOf(module.executionMode)
    if (instantiateStartable === undefined)
      throw new Error(`guests of mode ${module.executionMode} are not started ahead`)
    return instantiateStartable(module)
  })
}

/** Whether guests of a policy can be started ahead of their requests. */
export function isStartable({ module }: EvaluatedPolicy): boolean {
  return STARTABLE_MODES.has(module.executionMode)
}

/**
 * One policy, one request, one clean guest: a fresh one without `instances`. A guest that fails is a denial with code 500;
 * this never throws.
 */
export function evaluate(
  policy: EvaluatedPolicy,
  request: EvaluationRequest,
  observer: PolicyLogObserver,
  instances?: ParkedInstances,
): AdmissionResponse {
  try {
    return askGuest(policy, request, { observer, instances })
  } catch (error) {
    return rejectWithInternalError(request.uid, `internal server error: ${messageOf(error)}`)
  }
}

/** As `evaluate`, on a guest that may have been started already. */
export async function evaluateStarted(
  policy: EvaluatedPolicy,
  request: EvaluationRequest,
  observer: PolicyLogObserver,
  guests: StartedGuests,
): Promise<AdmissionResponse> {
  const log = new PolicyLog(observer)
  try {
    const host = createGuestHost(policy, log)
    return await guests.validate(policy.module, host, { request, settings: policy.settings })
  } catch (error) {
    return rejectWithInternalError(request.uid, `internal server error: ${messageOf(error)}`)
  } finally {
    log.close()
  }
}

/** As `evaluate`. @throws GuestFailure and others when the guest fails */
export function askGuest(
  policy: EvaluatedPolicy,
  request: EvaluationRequest,
  surroundings: Surroundings,
): AdmissionResponse {
  return withGuest(policy, surroundings, (guest) => guest.validate(request, policy.settings))
}

/** Asks the guest whether it accepts the policy's settings. A guest that fails does not; this never throws. */
export function validateSettings(policy: EvaluatedPolicy, observer: PolicyLogObserver): SettingsVerdict {
  try {
    return withGuest(policy, { observer }, (guest) => guest.validateSettings(policy.settings))
  } catch (error) {
    return { valid: false, message: `Error invoking settings validation callback: ${messageOf(error)}` }
  }
}

export interface Surroundings {
  readonly observer: PolicyLogObserver
  readonly instances?: ParkedInstances | undefined
}

function withGuest<T>(
  policy: EvaluatedPolicy,
  { observer, instances }: Surroundings,
  use: (guest: GuestInstance) => T,
): T {
  const log = new PolicyLog(observer)
  try {
    const host = createGuestHost(policy, log)
    if (instances !== undefined) return instances.use(policy.module, host, use)
    return use(instantiate(policy.module, host))
  } finally {
    log.close()
  }
}

/** Makes an instance of a module, whatever its kind. @throws GuestFailure */
export function instantiate(module: PolicyModule, host: GuestHost, meter?: Meter): GuestInstance {
  return guestKindOf(module.executionMode).instantiate(module, host, meter)
}
