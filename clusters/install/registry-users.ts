import { loadCredentials } from '../../artifacts/credentials/load-credentials.ts'
import { parseReference } from '../../artifacts/reference.ts'
import { guestsOf, type PolicySpec } from '../../shim/policies/policy-spec.ts'

/**
 * Docker's config.json for pods: who to be at the registries of these policies, and at no others. Credential helpers are asked
 * here, since a pod has none. @throws ERR_CREDENTIALS_INVALID
 */
export async function registryUsersFor(policies: readonly PolicySpec[], dockerConfig: string): Promise<string> {
  const credentials = await loadCredentials(dockerConfig)
  const references = policies.flatMap(guestsOf).map(({ module }) => parseReference(module))
  const hosts = new Set(references.flatMap((reference) => (reference.scheme === 'registry' ? [reference.host] : [])))
  // helpers have limits of their own
  const { signal } = new AbortController()
  const auths: Record<string, { auth: string }> = {}
  for (const host of [...hosts].sort()) {
    const user = await credentials.find(host, signal)
    if (user === undefined) continue
    auths[host] = { auth: Buffer.from(`${user.username}:${user.password}`).toString('base64') }
  }
  return JSON.stringify({ auths })
}
