import type { WebhookPolicy } from '../../plugin/webhook-policy.ts'
import { isGroup, type PolicySpec } from '../policies/policy-spec.ts'

/** The policies that have rules, as a webhook configuration wants them. */
export function toWebhookPolicies(specs: readonly PolicySpec[]): WebhookPolicy[] {
  return specs.flatMap((spec) => {
    const { id, allowedToMutate, registration } = spec
    if (registration === undefined) return []
    const { timeoutEvalSeconds } = isGroup(spec) ? {} : spec
    const limit = timeoutEvalSeconds === undefined ? {} : { timeoutEvalSeconds }
    return [{ ...registration, id, mutating: allowedToMutate, ...limit }]
  })
}
