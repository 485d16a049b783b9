import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { JobEnded } from './evaluator-thread.ts'
import type { JobAnswer } from './messages.ts'
import type { JobLimits } from './watch-job.ts'

/** What became of a job. `failed`: the thread crashed, or our code in it did. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'failed'; readonly message: string }

/** What a thread needs of a request: more would be copied, too. */
export function toSent({ uid, json, object, isRaw }: EvaluationRequest): EvaluationRequest {
  return { uid, json, ...(object && { object }), ...(isRaw && { isRaw }) }
}

/** @throws when nobody can say what the answer would have been */
export function throwIfCutOff(result: JobAnswer | JobEnded, { signal }: JobLimits): void {
  if (result.type !== 'ended') return
  if (result.reason === 'cancelled') throw signal.reason
  if (result.reason === 'stopped') throw stopped()
}

export function toOutcome<T>(result: JobAnswer | JobEnded): Outcome<T> {
  if (result.type === 'ended' && result.reason === 'deadline') return { kind: 'timed-out' }
  if (result.type === 'ended' || result.type === 'failed') return { kind: 'failed', message: result.message }
  throw new GatehouseError('ERR_INTERNAL', `an evaluator thread gave the wrong answer: ${result.type}`)
}

export function stopped(): GatehouseError {
  return new GatehouseError('ERR_POOL_STOPPED', 'the shim is shutting down')
}
