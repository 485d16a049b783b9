import { parseAddress } from '../../../cel/library/ip-text.ts'
import { toText } from './bytes.ts'
import { unescapePercent, unescapeToBytes } from './query-escape.ts'

export interface Uri {
  readonly scheme: string
  readonly hostname: string
  readonly port: string
  readonly path: string
  readonly raw_path: string
  readonly raw_query: string
  readonly fragment: string
}

/** https://pkg.go.dev/net/url#Parse; undefined where Go reports an error. */
export function parseUri(text: string): Uri | undefined {
  const [beforeFragment, rawFragment = ''] = cut(text, '#')
  const fragment = unescapePercent(rawFragment)
  if (fragment === undefined || /\p{Cc}/u.test(beforeFragment.replace(/[\u0080-\u009f]/g, ''))) return undefined
  const scheme = readScheme(beforeFragment)
  if (scheme === undefined) return undefined
  const [hierarchy, query = ''] = cut(beforeFragment.slice(scheme.end), '?')
  const rest = readHierarchy(hierarchy, scheme.name)
  return rest && { scheme: scheme.name, ...rest, raw_query: query, fragment }
}

function cut(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}

function readScheme(text: string): { readonly name: string; readonly end: number } | undefined {
  if (text.startsWith(':')) return undefined
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]
  return scheme === undefined ? { name: '', end: 0 } : { name: scheme.toLowerCase(), end: scheme.length + 1 }
}

type Hierarchy = Pick<Uri, 'hostname' | 'port' | 'path' | 'raw_path'>
const NO_HOST = { hostname: '', port: '' }

function readHierarchy(text: string, scheme: string): Hierarchy | undefined {
  if (!text.startsWith('/')) {
    // `mailto:somebody` is opaque
    if (scheme !== '') return { ...NO_HOST, path: '', raw_path: '' }
    if (text.split('/', 1)[0]?.includes(':')) return undefined
  }
  const hasAuthority = text.startsWith('//') && (scheme !== '' || !text.startsWith('///'))
  if (!hasAuthority) return withPath(NO_HOST, text)
  const slash = text.indexOf('/', 2)
  const authority = readAuthority(text.slice(2, slash === -1 ? undefined : slash), scheme)
  return authority && withPath(authority, slash === -1 ? '' : text.slice(slash))
}

// Go keeps a path as it was written only where its own way to write it is another.
function withPath(host: typeof NO_HOST, path: string): Hierarchy | undefined {
  const bytes = unescapeToBytes(path)
  if (bytes === undefined) return undefined
  const decoded = toText(bytes)
  return { ...host, path: decoded, raw_path: escapePath(bytes) === path ? decoded : path }
}

function escapePath(path: Uint8Array): string {
  const characters = Array.from(path, (byte) => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return characters.join('')
}

function readAuthority(authority: string, scheme: string): typeof NO_HOST | undefined {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || unescapePercent(user) === undefined) return undefined
  const host = authority.slice(at + 1)
  return host.startsWith('[') ? readBracketed(host) : readHost(host, scheme)
}

// Of HTTP, a host has no colon in it; databases list several hosts with ports.
function readHost(host: string, scheme: string): typeof NO_HOST | undefined {
  const colon = host.lastIndexOf(':')
  const [name, port] = colon === -1 ? [host, ''] : [host.slice(0, colon), host.slice(colon + 1)]
  if (!/^\d*$/.test(port) || (name.includes(':') && /^https?$/.test(scheme))) return undefined
  const hostname = unescapeHost(name)
  return hostname === undefined ? undefined : { hostname, port }
}

function readBracketed(host: string): typeof NO_HOST | undefined {
  const close = host.lastIndexOf(']')
  const [, port] = /^:(\d*)$/.exec(host.slice(close + 1)) ?? []
  if (close === -1 || (port === undefined && close !== host.length - 1)) return undefined
  const [address = '', zone] = host.slice(1, close).split('%25')
  const zoneName = zone === undefined ? '' : unescapePercent(zone)
  if (zoneName === undefined || zone === '' || !address.includes(':') || parseAddress(address) === undefined)
    return undefined
  return { hostname: zone === undefined ? address : `${address}%${zoneName}`, port: port ?? '' }
}

// In a host, only what is not ASCII may be escaped.
function unescapeHost(name: string): string | undefined {
  if (/[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\x80-\u{10ffff}]/u.test(name)) return undefined
  return /%(?!25)[0-7]/.test(name) ? undefined : unescapePercent(name)
}
