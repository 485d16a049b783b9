import { createHash } from 'node:crypto'
import type { WebhookConfigurationsOptions } from '../../plugin/webhook-configurations.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { readModule } from '../../shim/policies/module-source.ts'
import { readPolicySources } from '../../shim/policies/policies-snapshot.ts'
import { guestsOf } from '../../shim/policies/policy-spec.ts'
import { describeSources } from '../../shim/registration/set-digest.ts'
import { toWebhookPolicies } from '../../shim/registration/webhook-policies.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'

/** Changes with everything that a shim reads when it starts. */
export async function digestPolicies(policies: string): Promise<string> {
  const specs = await loadPolicySpecs(policies)
  const hash = createHash('sha256').update(JSON.stringify(specs))
  // a module that is missing is the shim's to report, policy by policy
  for (const guest of specs.flatMap(guestsOf)) hash.update(await readModule(guest).catch(() => ''))
  return hash.digest('hex')
}

/** What the webhooks of the policies are made from, but for the authority of the shim that answers them. */
export async function readWebhookOptions(
  { policies, defaultExclusions, registration = 'combined' }: WasmPoliciesOptions,
  kubernetesVersion: string,
): Promise<Omit<WebhookConfigurationsOptions, 'caBundle'>> {
  const sources = await readPolicySources(policies)
  const { digest } = describeSources(sources, 'api-server')
  return {
    policies: toWebhookPolicies(sources.specs),
    ...(registration === 'combined' && { combined: { digest } }),
    client: { host: DEFAULT_WEBHOOK_HOST },
    exclusions: defaultExclusions ? 'default' : 'none',
    kubernetesVersion,
  }
}
