import { createHash } from 'node:crypto'
import { KubeConfig } from '@kubernetes/client-node'
import { webhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { readModule } from '../../shim/policies/module-source.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import { toWebhookPolicies } from '../manifests.ts'
import { applyWebhooks } from '../webhooks/apply-webhooks.ts'
import { waitUntilInForce } from '../webhooks/wait-in-force.ts'

/** Changes with everything that a shim reads when it starts. */
export async function digestPolicies(policies: string): Promise<string> {
  const specs = await loadPolicySpecs(policies)
  const hash = createHash('sha256').update(JSON.stringify(specs))
  // a module that is missing is the shim's to report, policy by policy
  for (const spec of specs) hash.update(await readModule(spec).catch(() => ''))
  return hash.digest('hex')
}

/** Makes the cluster's webhooks those of the policies, and waits until every API server acts on them. */
export async function registerPolicies(
  kubeconfigs: readonly string[],
  caBundle: string,
  { policies, defaultExclusions }: WasmPoliciesOptions,
): Promise<void> {
  const desired = webhookConfigurations({
    policies: toWebhookPolicies(await loadPolicySpecs(policies)),
    client: { host: DEFAULT_WEBHOOK_HOST },
    caBundle,
    exclusions: defaultExclusions ? 'default' : 'none',
  })
  const apiServers = kubeconfigs.map(loadKubeConfig)
  const [first] = apiServers
  if (first !== undefined) await applyWebhooks(first, desired)
  await waitUntilInForce(apiServers)
}

function loadKubeConfig(file: string): KubeConfig {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(file)
  return kubeConfig
}
