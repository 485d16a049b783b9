import { digestOf } from '../digest.ts'
import type { Descriptor } from './manifest.ts'
import { OCI_MANIFEST, WASM_CONFIG, WASM_LAYER } from './media-types.ts'

const SOURCE = 'io.kubewarden.policy.source'
const OCI_SOURCE = 'org.opencontainers.image.source'

/** The configuration of every policy: its metadata is in the module. */
export const CONFIG_BYTES: Uint8Array = new TextEncoder().encode('{}')

/** The manifest of a policy, as Kubewarden writes it. */
export function writePolicyManifest(module: Uint8Array, annotations: Readonly<Record<string, string>>): Uint8Array {
  const shown = toManifestAnnotations(annotations)
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: describe(WASM_CONFIG, CONFIG_BYTES),
    layers: [describe(WASM_LAYER, module)],
    ...(Object.keys(shown).length === 0 ? {} : { annotations: shown }),
  }
  return new TextEncoder().encode(JSON.stringify(manifest))
}

/** What of a policy's metadata annotations registries are shown: single lines, and where its source is. */
export function toManifestAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const trimmed = Object.entries(annotations).map(([key, value]) => [key, value.trim()] as const)
  const shown = Object.fromEntries(trimmed.filter(([, value]) => !/[\r\n]/.test(value)))
  const source = shown[SOURCE]
  return source === undefined ? shown : { ...shown, [OCI_SOURCE]: source }
}

function describe(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}
