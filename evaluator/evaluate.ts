import { GatehouseError } from '../util/errors.ts'
import type { LogFields, LogLevel } from '../util/log.ts'
import type { EvaluationRequest } from './admission-request.ts'
import type { AdmissionResponse } from './admission-response.ts'
import type { PolicyModule } from './module/policy-module.ts'

/** A policy as an evaluator thread needs it. Structured-cloneable. */
export interface EvaluatedPolicy {
  readonly id: string
  readonly module: PolicyModule
  /** A JSON object; `{}` when the operator gave none. */
  readonly settings: Uint8Array
  /** Patterns of the capabilities that the policy may use; none: only `tracing`. */
  readonly hostCapabilities: readonly string[]
}

/** A line that the policy logged. */
export interface PolicyLogLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

/** Is told each line that the policy logs, while the guest runs. */
export type PolicyLogObserver = (line: PolicyLogLine) => void

export interface SettingsVerdict {
  readonly valid: boolean
  readonly message?: string
}

/** One policy, one request, one fresh guest. A guest that fails is a denial with code 500; this never throws. */
export function evaluate(
  _policy: EvaluatedPolicy,
  _request: EvaluationRequest,
  _observer: PolicyLogObserver,
): AdmissionResponse {
  throw new GatehouseError('ERR_INTERNAL', 'not built yet')
}

/** Asks the guest whether it accepts the policy's settings. A guest that fails does not; this never throws. */
export function validateSettings(_policy: EvaluatedPolicy, _observer: PolicyLogObserver): SettingsVerdict {
  throw new GatehouseError('ERR_INTERNAL', 'not built yet')
}
