import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WebhookConfigurationsOptions } from '../../plugin/webhook-configurations.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { pullModules } from '../../shim/modules/pull-modules.ts'
import { isFile } from '../../shim/modules/read-module-files.ts'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { moduleOf } from '../../shim/policies/module-source.ts'
import { readPolicySources } from '../../shim/policies/policies-snapshot.ts'
import { guestsOf } from '../../shim/policies/policy-spec.ts'
import { describeSources } from '../../shim/registration/set-digest.ts'
import { toWebhookPolicies } from '../../shim/registration/webhook-policies.ts'
import { makeFolder } from '../../util/make-folder.ts'
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

/**
 * Pulls the modules that are in registries, checks them as a shim does, and puts them into a folder. Returns where each is: an API
 * server pulls nothing. @throws ERR_MODULE_SOURCE
 */
export async function placePulledModules(policies: string, folder: string): Promise<Record<string, string>> {
  const specs = (await loadPolicySpecs(policies)).flatMap(guestsOf).filter(({ module }) => !isFile(module))
  const contents = await pullModules()([...new Set(specs.map(({ module }) => module))])
  const placed: [string, string][] = []
  await makeFolder(folder, 0o700)
  for (const spec of specs) {
    const { digest, read } = moduleOf(spec, contents)
    const path = join(folder, `${digest.replace(':', '-')}.wasm`)
    await writeFile(path, await read())
    placed.push([spec.module, path])
  }
  return Object.fromEntries(placed)
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
