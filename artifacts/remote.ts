import type { FetchOptions } from './fetch-options.ts'
import type { FetchedModule } from './fetched-module.ts'
import { Transport } from './http/transport.ts'
import type { Limits } from './limits.ts'
import type { RegistryReference, WebReference } from './reference.ts'
import { fetchFromRegistry } from './registry/fetch-from-registry.ts'
import { pullManifest } from './registry/pull.ts'
import { RegistryClient } from './registry/registry-client.ts'
import { fetchFromWeb } from './web/fetch-from-web.ts'

/** Options with nothing left open. */
export interface RemoteOptions extends FetchOptions {
  readonly limits: Limits
  readonly signal: AbortSignal
}

/** Gets a module from a registry or a web server. */
export async function fetchRemote(
  reference: RegistryReference | WebReference,
  { sources, credentials, limits, signal, onProgress }: RemoteOptions,
): Promise<FetchedModule> {
  using transport = new Transport(sources, limits)
  if (reference.scheme !== 'registry') return await fetchFromWeb(transport, reference, { signal, onProgress })
  const client = new RegistryClient({ name: reference, actions: 'pull', transport, credentials, signal })
  return await fetchFromRegistry(client, reference, onProgress)
}

/** The digest of the manifest that a reference stands for now. */
export async function resolveRemote(
  reference: RegistryReference,
  { sources, credentials, limits, signal }: RemoteOptions,
): Promise<string> {
  using transport = new Transport(sources, limits)
  const client = new RegistryClient({ name: reference, actions: 'pull', transport, credentials, signal })
  return (await pullManifest(client, reference)).digest
}
