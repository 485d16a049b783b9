import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { EvaluatedPolicy, PolicyLogLine, SettingsVerdict } from '../../evaluator/evaluate.ts'
import type { ExecutionMode } from '../../evaluator/module/metadata.ts'

/** What a thread is given when it starts. */
export interface ThreadData {
  /** Of the policies that it will be asked for, as far as they are known. */
  readonly modes: readonly ExecutionMode[]
}

/** What the front sends to an evaluator thread. */
export type ToThread = Job | EvaluateManyJob | SetPolicies

/** One piece of work. A thread answers in the order in which it is asked, so answers need no numbers. */
export type Job = EvaluateJob | ValidateSettingsJob | StartAheadJob

export interface EvaluateJob {
  readonly type: 'evaluate'
  /** The id of a policy that the thread was given; or the policy itself, when its request outlived the set that had it. */
  readonly policy: string | EvaluatedPolicy
  /** Its bytes are handed over, not copied. */
  readonly request: EvaluationRequest
}

/** Several policies about one request, one after the other; each is answered by itself as soon as it is done. */
export interface EvaluateManyJob {
  readonly type: 'evaluate-many'
  readonly policies: readonly (string | EvaluatedPolicy)[]
  /** Its bytes are copied. */
  readonly request: EvaluationRequest
}

export interface ValidateSettingsJob {
  readonly type: 'validate-settings'
  readonly policy: EvaluatedPolicy
}

/** Starts a guest of the policy for its next request. */
export interface StartAheadJob {
  readonly type: 'start-ahead'
  readonly policy: string | EvaluatedPolicy
}

/** Replaces the policies that jobs may name. Compiled modules are shared between threads, not copied. */
export interface SetPolicies {
  readonly type: 'set-policies'
  readonly policies: readonly EvaluatedPolicy[]
}

/** What an evaluator thread sends to the front. */
export type FromThread = Ready | JobAnswer | PolicyLog

/** The thread has loaded its code. */
export interface Ready {
  readonly type: 'ready'
}

export type JobAnswer = Evaluated | SettingsValidated | StartedAhead | JobFailed

export interface Evaluated {
  readonly type: 'evaluated'
  readonly response: AdmissionResponse
}

export interface SettingsValidated {
  readonly type: 'settings-validated'
  readonly verdict: SettingsVerdict
}

export interface StartedAhead {
  readonly type: 'started-ahead'
  /** Whether the guest waits for its request now; otherwise it never does. */
  readonly waits: boolean
}

/** Our own code in the thread failed; guests that fail are ordinary answers. */
export interface JobFailed {
  readonly type: 'failed'
  readonly message: string
}

export interface PolicyLog {
  readonly type: 'policy-log'
  readonly policyId: string
  readonly line: PolicyLogLine
}
