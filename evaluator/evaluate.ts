import { messageOf } from '../util/errors.ts'
import type { EvaluationRequest } from './admission-request.ts'
import { type AdmissionResponse, rejectWithInternalError } from './admission-response.ts'
import { GuestFailure, type GuestInstance } from './guests/guest.ts'
import { guestKindOf } from './guests/index.ts'
import { createGuestHost } from './host/guest-host.ts'
import { PolicyLog, type PolicyLogObserver } from './host/policy-log.ts'
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
}

/** One policy, one request, one fresh guest. A guest that fails is a denial with code 500; this never throws. */
export function evaluate(
  policy: EvaluatedPolicy,
  request: EvaluationRequest,
  observer: PolicyLogObserver,
): AdmissionResponse {
  try {
    return withGuest(policy, observer, (guest) => guest.validate(request, policy.settings))
  } catch (error) {
    return rejectWithInternalError(request.uid, `internal server error: ${messageOf(error)}`)
  }
}

/** Asks the guest whether it accepts the policy's settings. A guest that fails does not; this never throws. */
export function validateSettings(policy: EvaluatedPolicy, observer: PolicyLogObserver): SettingsVerdict {
  try {
    return withGuest(policy, observer, (guest) => guest.validateSettings(policy.settings))
  } catch (error) {
    return { valid: false, message: `Error invoking settings validation callback: ${messageOf(error)}` }
  }
}

// The instance is dropped with the call: what one request left in a guest's memory, no other one may meet.
function withGuest<T>(policy: EvaluatedPolicy, observer: PolicyLogObserver, use: (guest: GuestInstance) => T): T {
  const { executionMode } = policy.module
  const kind = guestKindOf(executionMode)
  if (kind === undefined) throw new GuestFailure(`execution mode ${executionMode} is not supported`)
  const log = new PolicyLog(observer)
  try {
    return use(kind.instantiate(policy.module, createGuestHost(policy.hostCapabilities, log)))
  } finally {
    log.close()
  }
}
