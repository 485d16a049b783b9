import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { WebhookConfigurationsOptions } from '../../plugin/webhook-configurations.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { pullModules } from '../../shim/modules/pull-modules.ts'
import { isFile } from '../../shim/modules/read-module-files.ts'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { readPolicySources } from '../../shim/policies/policies-snapshot.ts'
import { guestsOf } from '../../shim/policies/policy-spec.ts'
import { describeSources } from '../../shim/registration/set-digest.ts'
import { toWebhookPolicies } from '../../shim/registration/webhook-policies.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import { moduleAccessOf } from './module-access.ts'

/** Changes with everything that a shim reads when it starts. */
export async function digestPolicies(policies: string): Promise<string> {
  const specs = await loadPolicySpecs(policies)
  const hash = createHash('sha256').update(JSON.stringify(specs))
  // a module that is missing is the shim's to report, policy by policy; one that is pulled is known by its reference
  for (const { module } of specs.flatMap(guestsOf).filter(({ module }) => isFile(module)))
    hash.update(await readFile(fileURLToPath(module)).catch(() => ''))
  return hash.digest('hex')
}

/** What the webhooks of the policies are made from, but for the authority of the shim that answers them. */
export async function readWebhookOptions(
  { policies, defaultExclusions, registration = 'combined', shimArgs }: WasmPoliciesOptions,
  kubernetesVersion: string,
): Promise<Omit<WebhookConfigurationsOptions, 'caBundle'>> {
  const sources = await readPolicySources(policies, pullModules(moduleAccessOf(shimArgs)))
  const { digest } = describeSources(sources, 'api-server')
  return {
    policies: toWebhookPolicies(sources.specs),
    ...(registration === 'combined' && { combined: { digest } }),
    client: { host: DEFAULT_WEBHOOK_HOST },
    exclusions: defaultExclusions ? 'default' : 'none',
    kubernetesVersion,
  }
}
