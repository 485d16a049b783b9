import type { WebhookPolicy } from '../../plugin/webhook-policy.ts'
import type { PolicySpec } from '../policies/policy-spec.ts'

/** The policies that have rules, as a webhook configuration wants them. */
export function toWebhookPolicies(specs: readonly PolicySpec[]): WebhookPolicy[] {
  return specs.flatMap(({ id, allowedToMutate, timeoutEvalSeconds, registration }) =>
    registration === undefined
      ? []
      : [
          {
            ...registration,
            id,
            mutating: allowedToMutate,
            ...(timeoutEvalSeconds !== undefined && { timeoutEvalSeconds }),
          },
        ],
  )
}
