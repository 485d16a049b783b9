import { createHash } from 'node:crypto'

const PLAIN_SUFFIX = '.policy.gatehouse.internal'
const ENCODED_SUFFIX = '.encoded.gatehouse.internal'
const SHARED_SUFFIX = '.policies.gatehouse.internal'
const MAX_NAME_LENGTH = 253

/**
 * The fully qualified name of a policy's webhook entry; users read it when they are denied. An id that DNS allows stands
 * in it as it is. Any other becomes a readable rest plus a hash, under a suffix of its own: two ids never share a name.
 */
export function webhookName(id: string): string {
  const plain = `${id}${PLAIN_SUFFIX}`
  if (isDnsSubdomain(id) && plain.length <= MAX_NAME_LENGTH) return plain
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 32)
  const rest = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '')
  return `${rest === '' ? '' : `${rest}-`}${hash}${ENCODED_SUFFIX}`
}

/** The name of an entry that several policies share; which of them denied, its answer says. */
export function sharedWebhookName(entry: string): string {
  return `${entry}${SHARED_SUFFIX}`
}

/** What Kubernetes calls a DNS-1123 subdomain. */
export function isDnsSubdomain(text: string): boolean {
  return (
    text.length <= MAX_NAME_LENGTH && text.split('.').every((label) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label))
  )
}
