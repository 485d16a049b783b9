import { resolve } from 'node:path'
import { type Authority, formatAuthority, parseAuthority } from '../connect/authority.ts'
import type { FlagReader } from '../flag-reader.ts'
import type { FallbackOptions } from './fallback-options.ts'

/** The flags that name who answers while the shim cannot. */
export interface FallbackFlags {
  readonly fallback?: string
  readonly fallbackAddress?: string
  readonly fallbackCa?: string
  readonly certFile?: string
  readonly caFile?: string
}

export function readFallback(reader: FlagReader, flags: FallbackFlags): { readonly fallback?: FallbackOptions } {
  const { fallback, fallbackAddress, fallbackCa, certFile, caFile } = flags
  if (fallback === undefined) {
    if (fallbackAddress !== undefined) reader.refuse('fallback-address', 'needs --fallback')
    if (fallbackCa !== undefined) reader.refuse('fallback-ca', 'needs --fallback')
    return {}
  }
  if (certFile !== undefined && caFile === undefined && fallbackCa === undefined)
    reader.refuse('fallback', 'needs --fallback-ca: with --cert-file the shim has no authority of its own')
  const [address] = fallbackAddress === undefined ? [] : reader.authorities('fallback-address', [fallbackAddress], 443)
  return {
    fallback: {
      host: readUrl(reader, fallback),
      ...(address !== undefined && { address }),
      ...(fallbackCa !== undefined && { caFile: resolve(fallbackCa) }),
    },
  }
}

function readUrl(reader: FlagReader, text: string): Authority {
  const url = URL.parse(text)
  const isPlain = url?.protocol === 'https:' && `${url.username}${url.password}${url.search}${url.hash}` === ''
  const authority = isPlain && url.pathname === '/' ? parseAuthority(`${url.hostname}:${url.port || 443}`) : undefined
  if (authority !== undefined) return authority
  reader.refuse('fallback', `is ${JSON.stringify(text)}; must be https://host or https://host:port`)
  return { host: '', port: 443 }
}

/** As it was given, and as it is shown. */
export function describeFallback({ host, address }: FallbackOptions): string {
  const url = `https://${formatAuthority(host)}`
  return address === undefined ? url : `${url} at ${formatAuthority(address)}`
}
