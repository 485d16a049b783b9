import { parseAddress } from '../../../cel/library/ip-text.ts'
import { unescapePercent } from './query-escape.ts'

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
  const authority = readAuthority(text.slice(2, slash === -1 ? undefined : slash))
  return authority && withPath(authority, slash === -1 ? '' : text.slice(slash))
}

// Go keeps a path as it was written only where its own way to write it is another.
function withPath(host: typeof NO_HOST, path: string): Hierarchy | undefined {
  const decoded = unescapePercent(path)
  if (decoded === undefined) return undefined
  return { ...host, path: decoded, raw_path: escapePath(decoded) === path ? decoded : path || decoded }
}

function escapePath(path: string): string {
  return encodeURIComponent(path.toWellFormed())
    .replace(/%(24|26|2B|2C|2F|3A|3B|3D|40)/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function readAuthority(authority: string): typeof NO_HOST | undefined {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || unescapePercent(user) === undefined) return undefined
  const host = authority.slice(at + 1)
  return host.startsWith('[') ? readBracketed(host) : readHost(host)
}

function readHost(host: string): typeof NO_HOST | undefined {
  const [name, port, ...others] = host.split(':')
  if (others.length > 0 || !/^\d*$/.test(port ?? '')) return undefined
  const hostname = unescapeHost(name ?? '')
  return hostname === undefined ? undefined : { hostname, port: port ?? '' }
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
