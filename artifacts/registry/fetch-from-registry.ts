import { checkWasm } from '../check-wasm.ts'
import type { OnProgress } from '../fetch-options.ts'
import type { FetchedModule } from '../fetched-module.ts'
import { formatImage } from '../reference.ts'
import type { RegistryName } from '../references/registry-name.ts'
import { findLayer, pullBlob, pullManifest } from './pull.ts'
import type { RegistryClient } from './registry-client.ts'

/** Gets the module that a name in a registry leads to. */
export async function fetchFromRegistry(
  client: RegistryClient,
  name: RegistryName,
  onProgress?: OnProgress,
): Promise<FetchedModule> {
  const manifest = await pullManifest(client, name)
  const layer = await findLayer(client, name, manifest)
  const what = `the module of ${formatImage(name)}`
  const bytes = await pullBlob(client, { what, descriptor: layer, onProgress })
  checkWasm(what, bytes)
  return {
    bytes,
    digest: layer.digest,
    manifestDigest: manifest.digest,
    immutableReference: formatImage({ host: name.host, repository: name.repository, digest: manifest.digest }),
  }
}
