import { isObject, type LosslessObject, type LosslessValue } from './lossless-json.ts'

const MAPS = ['labels', 'annotations']

/**
 * The object without labels or annotations that a policy took the last of, or made empty. For its own kinds the API server drops
 * such a map when it reads the patched object, and for custom ones it keeps it; whoever is asked next sees the same of both this way.
 */
export function withoutEmptiedMaps(mutated: LosslessValue, original: LosslessValue): LosslessValue {
  const metadata = metadataOf(mutated)
  const before = metadataOf(original)
  const emptied = MAPS.filter((map) => isEmpty(metadata[map]) && !isEmpty(before[map]))
  if (!isObject(mutated) || emptied.length === 0) return mutated
  const kept = Object.entries(metadata).filter(([name]) => !emptied.includes(name))
  return { ...mutated, metadata: Object.fromEntries(kept) }
}

function metadataOf(object: LosslessValue): LosslessObject {
  const metadata = isObject(object) ? object['metadata'] : undefined
  return isObject(metadata) ? metadata : {}
}

function isEmpty(value: LosslessValue | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 0
}
