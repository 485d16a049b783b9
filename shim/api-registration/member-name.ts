import { createHash } from 'node:crypto'

/**
 * The name of a shim's Lease: says where the shim is, and is the same after a restart. Shims of one machine differ in where they
 * listen.
 */
export function memberName(hostname: string, addresses: readonly string[]): string {
  const host = hostname
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '')
  const hash = createHash('sha256')
    .update(JSON.stringify([hostname, addresses]))
    .digest('hex')
    .slice(0, 8)
  return ['gatehouse-shim', ...(host === '' ? [] : [host]), hash].join('-')
}
