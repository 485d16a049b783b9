import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { GatehouseError } from '../../util/errors.ts'
import { askPolicy, guestsOfPrepared, preparePolicy, refusalOfSettings } from '../evaluation/ask-policy.ts'
import type { NamedRequest } from '../requests/read-requests.ts'
import type { PolicyToRun } from './policies-to-run.ts'

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
 * Asks each policy about each request, in the order given, as the shim would: in a thread that is ended when the policy
 * takes too long. @throws ERR_SETTINGS_INVALID, ERR_MODULE_SOURCE and what else keeps a policy from being run
 */
export async function runPolicies(
  policies: readonly PolicyToRun[],
  requests: readonly NamedRequest[],
  { pool, onVerdict }: RunOptions,
): Promise<void> {
  const prepared = await Promise.all(policies.map(preparePolicy))
  for (const policy of prepared) {
    const refusal = await refusalOfSettings(pool, policy)
    if (refusal !== undefined)
      throw new GatehouseError('ERR_SETTINGS_INVALID', `Provided settings are not valid: ${refusal}`)
  }
  pool.setPolicies(prepared.flatMap(guestsOfPrepared).map(({ evaluated }) => evaluated))
  for (const { title, request } of requests)
    for (const policy of prepared)
      onVerdict({ policyId: policy.id, title, response: await askPolicy(pool, policy, request) })
}
