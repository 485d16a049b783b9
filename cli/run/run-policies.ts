import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { GatehouseError } from '../../util/errors.ts'
import { askPolicy, guestsOfPrepared, type PreparedPolicy, refusalOfSettings } from '../evaluation/ask-policy.ts'
import type { AskedRequest } from './asked-requests.ts'

export interface RunOptions {
  readonly pool: StartedEvaluatorPool
  readonly onVerdict: (verdict: Verdict) => void
}

/** What one policy says to one request. */
export interface Verdict {
  readonly policyId: string
  readonly title: string
  readonly response: AdmissionResponse
}

/**
 * Asks the policies about each request, in the order given, as the shim would: in a thread that is ended when the policy
 * takes too long. @throws ERR_SETTINGS_INVALID before anything is asked
 */
export async function runPolicies(
  policies: readonly PreparedPolicy[],
  requests: readonly AskedRequest[],
  { pool, onVerdict }: RunOptions,
): Promise<void> {
  for (const policy of policies) {
    const refusal = await refusalOfSettings(pool, policy)
    if (refusal !== undefined)
      throw new GatehouseError('ERR_SETTINGS_INVALID', `Provided settings are not valid: ${refusal}`)
  }
  pool.setPolicies(policies.flatMap(guestsOfPrepared).map(({ evaluated }) => evaluated))
  for (const { title, request, policies: asked } of requests)
    for (const policy of asked)
      onVerdict({ policyId: policy.id, title, response: await askPolicy(pool, policy, request) })
}
