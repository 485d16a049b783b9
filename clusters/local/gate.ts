import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { apiServerAdditions } from '../../plugin/api-server.ts'
import { DEFAULT_WEBHOOK_HOST, parseWebhookHost } from '../../plugin/webhook-host.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { readModule } from '../../shim/policies/module-source.ts'
import { ensureCertificates } from '../../shim/tls/certificates.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import { toWebhookPolicies } from '../manifests.ts'
import type { MemberLayout } from './layout.ts'
import type { ClusterRecord } from './record.ts'

/** What one kube-apiserver gets on top of stock: nothing while the gate is off. */
export async function apiServerGateAdditions(record: ClusterRecord, member: MemberLayout) {
  const gates = { WasmPolicies: record.state.wasmPolicies !== undefined }
  const { socket, egressSelector: egressSelectorFile } = member
  const { flags, environment, egressSelector } = apiServerAdditions(gates, {
    socket,
    egressSelectorFile,
    environment: {},
  })
  if (egressSelector !== undefined) await writeFile(egressSelectorFile, toYaml([egressSelector]))
  return { flags, environment }
}

/** The certificates of one member's shim; what the API server verifies them with. */
export async function ensureShimCertificates({ certificates }: MemberLayout): Promise<string> {
  await mkdir(certificates, { recursive: true, mode: 0o700 })
  const hosts = [parseWebhookHost(DEFAULT_WEBHOOK_HOST).hostname]
  return (await ensureCertificates({ folder: certificates, hosts })).caBundle
}

/** Changes with everything that a shim reads when it starts. */
export async function digestPolicies(policies: string): Promise<string> {
  const specs = await loadPolicySpecs(policies)
  const hash = createHash('sha256').update(JSON.stringify(specs))
  // a module that is missing is the shim's to report, policy by policy
  for (const spec of specs) hash.update(await readModule(spec).catch(() => ''))
  return hash.digest('hex')
}

/** Writes the policies' webhooks into the cluster and waits until every API server acts on them. */
export async function registerPolicies(
  kubeconfigs: readonly string[],
  caBundle: string,
  { policies, defaultExclusions }: WasmPoliciesOptions,
): Promise<number> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const { webhookConfigurations } = await import('../../plugin/webhook-configurations.ts')
  const { applyWebhooks } = await import('../webhooks/apply-webhooks.ts')
  const { waitUntilInForce } = await import('../webhooks/wait-in-force.ts')
  const registered = toWebhookPolicies(await loadPolicySpecs(policies))
  const desired = webhookConfigurations({
    policies: registered,
    client: { host: DEFAULT_WEBHOOK_HOST },
    caBundle,
    exclusions: defaultExclusions ? 'default' : 'none',
  })
  const apiServers = kubeconfigs.map((file) => {
    const kubeConfig = new KubeConfig()
    kubeConfig.loadFromFile(file)
    return kubeConfig
  })
  const [first] = apiServers
  if (first !== undefined) await applyWebhooks(first, desired)
  await waitUntilInForce(apiServers)
  return registered.length
}
