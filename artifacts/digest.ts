import { createHash } from 'node:crypto'
import { formatBytes } from '../util/bytes.ts'
import { GatehouseError } from '../util/errors.ts'
import { showForeign } from './show-foreign.ts'

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Throws ERR_ARTIFACT_DIGEST unless the bytes are the ones that were announced. */
export function checkDigest(what: string, bytes: Uint8Array, expected: { digest: string; size?: number }): void {
  if (expected.size !== undefined && bytes.length !== expected.size) {
    const sizes = `${formatBytes(bytes.length)} (${bytes.length}), announced were ${expected.size}`
    throw new GatehouseError('ERR_ARTIFACT_DIGEST', `${what}: the server sends ${sizes}`)
  }
  const digest = digestOf(bytes)
  if (digest === expected.digest) return
  throw new GatehouseError(
    'ERR_ARTIFACT_DIGEST',
    `${what}: the server sends ${digest}, announced was ${showForeign(expected.digest)}`,
    {
      hint: 'The registry, or something on the way to it, is broken or hostile; nothing of it was used.',
    },
  )
}
