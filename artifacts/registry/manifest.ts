import { GatehouseError, messageOf } from '../../util/errors.ts'
import { isRecord } from '../../util/record.ts'
import { isDigest } from '../references/registry-name.ts'
import { showForeign } from '../show-foreign.ts'
import { INDEXES, MANIFESTS, WASM_LAYER } from './media-types.ts'

/** What a manifest says of bytes that are stored beside it. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** A manifest that leads to a policy: by its layer, or by way of one more manifest. */
export type Manifest = { readonly layer: Descriptor } | { readonly manifest: Descriptor }

/** Reads a manifest or an index, of which only one thing may follow. @throws ERR_ARTIFACT_INVALID */
export function readManifest(what: string, bytes: Uint8Array, contentType: string | undefined): Manifest {
  const value = parse(what, bytes)
  if (value['schemaVersion'] !== 2) throw invalid(what, `has schemaVersion ${JSON.stringify(value['schemaVersion'])}`)
  const mediaType = readMediaType(what, value, contentType)
  // Read as one kind by us and as the other by somebody else, such a document could pass two checks as two things.
  if ('manifests' in value && 'layers' in value) throw invalid(what, 'is a manifest and an index at once')
  if (INDEXES.includes(mediaType)) return { manifest: onlyManifest(what, value) }
  if (MANIFESTS.includes(mediaType)) return { layer: wasmLayer(what, value) }
  throw invalid(what, `is a ${mediaType}; must be an image manifest or an index`)
}

function parse(what: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isRecord(value)) return value
  } catch (cause) {
    throw invalid(what, `is not JSON: ${messageOf(cause)}`)
  }
  throw invalid(what, 'is not a JSON object')
}

function readMediaType(
  what: string,
  value: Readonly<Record<string, unknown>>,
  contentType: string | undefined,
): string {
  const served = contentType?.split(';')[0]?.trim().toLowerCase()
  const own = value['mediaType'] ?? served
  if (typeof own !== 'string') throw invalid(what, 'has no media type')
  const isServed = served === undefined || served === own
  if (!isServed && [...MANIFESTS, ...INDEXES].includes(served))
    throw invalid(what, `is served as ${served}, but calls itself ${own}`)
  return own
}

function onlyManifest(what: string, value: Readonly<Record<string, unknown>>): Descriptor {
  const manifests = readDescriptors(what, 'manifests', value['manifests'])
  const [only, ...others] = manifests
  if (only !== undefined && others.length === 0) return only
  throw invalid(what, `is an index of ${manifests.length} manifests; must lead to one`)
}

function wasmLayer(what: string, value: Readonly<Record<string, unknown>>): Descriptor {
  readDescriptors(what, 'config', [value['config']])
  const layers = readDescriptors(what, 'layers', value['layers'])
  const wasm = layers.filter(({ mediaType }) => mediaType === WASM_LAYER)
  const [only, ...others] = wasm
  if (only !== undefined && others.length === 0) return only
  const found = layers.map(({ mediaType }) => mediaType).join(', ') || 'none'
  throw invalid(what, `has ${wasm.length} layers of ${WASM_LAYER}; must have one (its layers: ${found})`)
}

function readDescriptors(what: string, field: string, list: unknown): Descriptor[] {
  if (!Array.isArray(list)) throw invalid(what, `has no list of ${field}`)
  return list.map((item: unknown) => {
    const { mediaType, digest, size } = isRecord(item) ? item : {}
    const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0
    if (typeof mediaType === 'string' && typeof digest === 'string' && isDigest(digest) && isSize)
      return { mediaType, digest, size }
    throw invalid(what, `names in ${field} something without mediaType, sha256 digest or size`)
  })
}

function invalid(what: string, problem: string): GatehouseError {
  return new GatehouseError('ERR_ARTIFACT_INVALID', `${what} ${showForeign(problem)}`)
}
