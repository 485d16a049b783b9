import type { SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import type { WebhookConfigurationsOptions } from '../../plugin/webhook-configurations.ts'
import type { RegistrationOptions } from '../registration-options.ts'
import type { Registrable } from './registrar.ts'
import { toWebhookPolicies } from './webhook-policies.ts'

/** What the webhook configurations of a set are made from. */
export function configurationsOptions(
  { set: { digest, policies }, caBundle }: Registrable,
  options: RegistrationOptions & { readonly selectors: SelectorsBy },
): WebhookConfigurationsOptions {
  const { registration, selectors, host, exclusions, kubernetesVersion } = options
  return {
    policies: toWebhookPolicies([...policies.values()].map(({ spec }) => spec)),
    client: { host },
    caBundle,
    exclusions,
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
    ...(registration === 'combined' && { combined: { digest, selectors } }),
  }
}
