import { type Authority, parseAuthority } from '../../../shim/connect/authority.ts'

/** Something that the API server calls through the selection `controlplane`. */
export interface EgressUser {
  readonly what: string
  /** Absent when the configuration does not tell. */
  readonly target?: Authority
}

/** A user of the socket that goes to a URL. */
export function userOf(what: string, url: unknown): EgressUser {
  const parsed = typeof url === 'string' ? URL.parse(url) : null
  if (parsed === null || parsed.hostname === '') return { what }
  const target = parseAuthority(`${parsed.hostname}:${parsed.port || (parsed.protocol === 'http:' ? 80 : 443)}`)
  return target === undefined ? { what } : { what, target }
}
