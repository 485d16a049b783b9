import type { PolicySources } from '../policies/policies-snapshot.ts'
import type { StartedEvaluatorPool } from '../pool/evaluator-pool.ts'
import { type LoadPolicySetOptions, loadPolicySet } from './load-policy-set.ts'
import type { PolicySet } from './policy-set.ts'

export interface ReloadPolicySetOptions extends Omit<LoadPolicySetOptions, 'pool' | 'workers'> {
  readonly previous: PolicySet
  readonly startPool: () => Promise<StartedEvaluatorPool>
}

/**
 * Loads a set while another one serves. Settings are checked in a pool that lives only as long: requests do not wait for
 * a guest that thinks long about its settings, nor is a guest refused because requests fill the queue.
 */
export async function reloadPolicySet(sources: PolicySources, options: ReloadPolicySetOptions): Promise<PolicySet> {
  await using resources = new AsyncDisposableStack()
  let started: Promise<StartedEvaluatorPool> | undefined
  const start = async () => resources.use(await options.startPool())
  const pool = () => {
    started ??= start()
    return started
  }
  return await loadPolicySet(sources, { ...options, pool, workers: 1 })
}
