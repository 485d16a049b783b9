import { isRecord } from '../../util/record.ts'
import { isDigest } from '../references/registry-name.ts'

/** What the store knows of a reference: which bytes it stood for when it was fetched last. */
export interface StoredModule {
  /** In the one spelling that a reference has: `registry://ghcr.io/kubewarden/policies/safe-labels:v1.0.0`. */
  readonly reference: string
  /** Of the module's bytes, `sha256:<hex>`. */
  readonly digest: string
  readonly sizeBytes: number
  /** Of the manifest that named them; absent where there is none. */
  readonly manifestDigest?: string
  /** The name in a registry that will always mean these bytes, `ghcr.io/some/policy@sha256:…`; absent where there is none. */
  readonly immutableReference?: string
}

/** A module that was fetched, and what its source said of it. */
export interface ModuleToStore extends Omit<StoredModule, 'reference' | 'sizeBytes'> {
  readonly bytes: Uint8Array
}

/** Reads an entry as it lies on the disk; undefined when it is none, whatever became of the file. */
export function parseStoredModule(text: string): StoredModule | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  const { reference, digest, sizeBytes, manifestDigest, immutableReference } = value
  if (typeof reference !== 'string' || !isDigestText(digest) || typeof sizeBytes !== 'number') return undefined
  return {
    reference,
    digest,
    sizeBytes,
    ...(isDigestText(manifestDigest) ? { manifestDigest } : {}),
    ...(typeof immutableReference === 'string' ? { immutableReference } : {}),
  }
}

function isDigestText(value: unknown): value is string {
  return typeof value === 'string' && isDigest(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
