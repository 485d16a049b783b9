import { createHash } from 'node:crypto'

/** The part behind the slash of what Kubernetes calls a qualified name; the API server writes the webhook's name before it. */
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const HASH_LENGTH = 12
const MAX_LENGTH = 63

/**
 * `<policy id>.<key>`, for an audit annotation of one policy among those of others. A text that the API server would not take is
 * made readable and told from others by a hash.
 */
export function annotationKey(policyId: string, key: string): string {
  const full = `${policyId}.${key}`
  if (NAME.test(full)) return full
  const hash = createHash('sha256').update(full).digest('hex').slice(0, HASH_LENGTH)
  const rest = full
    .replaceAll(/[^-A-Za-z0-9_.]+/g, '-')
    .slice(0, MAX_LENGTH - HASH_LENGTH - 1)
    .replaceAll(/^[-_.]+|[-_.]+$/g, '')
  return rest === '' ? hash : `${rest}-${hash}`
}
