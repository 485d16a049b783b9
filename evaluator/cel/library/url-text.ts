import { parseAddress } from './ip-text.ts'

/** A URL in the parts that Go's `net/url` splits it into. https://pkg.go.dev/net/url#URL */
export interface ParsedUrl {
  readonly scheme: string
  readonly opaque: string
  readonly user: string
  readonly host: string
  readonly path: string
  readonly query: string
  readonly fragment: string
}

/** What a part may be made of, beside letters, digits and percent-encoded bytes. */
const UNESCAPED = {
  host: /^[-\w.~!$&'()*+,;=:[\]<>"\u0080-\uffff]*$/,
  user: /^[-\w.~!$&'()*+,;=:%@]*$/,
  path: /^[-\w.~!$&'()*+,;=:@%/[\]]*$/,
}

/** Reads an absolute URL or path, as a request line has it: Go's `url.ParseRequestURI`. Fragments are a part of the path. */
export const parseRequestUrl = (text: string) => parse(text, true)

/** Reads a URL with its fragment: Go's `url.Parse`. */
export function parseUrl(text: string): ParsedUrl | undefined {
  const [before, fragment] = cut(text, '#')
  const parsed = parse(before, false)
  return parsed && isEscaped(fragment) ? { ...parsed, fragment } : undefined
}

function parse(text: string, isRequest: boolean): ParsedUrl | undefined {
  const url = { scheme: '', opaque: '', user: '', host: '', path: '', query: '', fragment: '' }
  if (hasControls(text) || (text === '' && isRequest) || text.startsWith(':')) return undefined
  if (text === '*') return { ...url, path: '*' }
  const [, scheme = ''] = /^([a-zA-Z][-+.a-zA-Z0-9]*):/.exec(text) ?? []
  const [rest, query] = cut(scheme === '' ? text : text.slice(scheme.length + 1), '?')
  const start = { ...url, scheme: scheme.toLowerCase(), query }
  if (!rest.startsWith('/')) return withoutSlash(start, rest, isRequest)
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!isRequest && !rest.startsWith('///')))
  return hasAuthority ? withAuthority(start, rest) : withPath(start, rest)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what no URL may hold
const hasControls = (text: string) => /[\0-\x1f\x7f]/.test(text)

function withAuthority(url: ParsedUrl, rest: string): ParsedUrl | undefined {
  const slash = rest.indexOf('/', 2)
  const authority = parseAuthority(url.scheme, slash === -1 ? rest.slice(2) : rest.slice(2, slash))
  return authority && withPath({ ...url, ...authority }, slash === -1 ? '' : rest.slice(slash))
}

function withoutSlash(url: ParsedUrl, rest: string, isRequest: boolean): ParsedUrl | undefined {
  if (url.scheme !== '') return { ...url, opaque: rest }
  // what looks like a scheme and is none
  return isRequest || (rest.split('/')[0] ?? '').includes(':') ? undefined : withPath(url, rest)
}

const withPath = (url: ParsedUrl, path: string) => (isEscaped(path) ? { ...url, path } : undefined)

function parseAuthority(scheme: string, authority: string): { user: string; host: string } | undefined {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(0, at))
  const host = parseHost(scheme, authority.slice(at + 1))
  return host !== undefined && UNESCAPED.user.test(user) && isEscaped(user) ? { user, host } : undefined
}

function parseHost(scheme: string, host: string): string | undefined {
  const bracket = host.lastIndexOf('[')
  if (bracket > 0) return undefined
  return bracket === 0 ? parseLiteral(host) : parseName(scheme, host)
}

// `[fe80::1%25eth0]:8443`
function parseLiteral(host: string): string | undefined {
  const [, address = '', zone = '', port = ''] = /^\[([^%\]]*)(?:%25([^\]]*))?\](:\d*)?$/.exec(host) ?? []
  const parsed = parseAddress(address)
  if (parsed?.length !== 16 || !isEscaped(zone)) return undefined
  return `[${address}${zone === '' ? '' : `%${decode(zone)}`}]${port}`
}

function parseName(scheme: string, host: string): string | undefined {
  const isWeb = scheme === 'http' || scheme === 'https'
  const colon = isWeb ? host.indexOf(':') : host.lastIndexOf(':')
  const hasPort = colon === -1 || /^:\d*$/.test(host.slice(colon))
  // only bytes that are no ASCII may be escaped in a host
  const bare = host.replaceAll(/%[89a-fA-F][0-9a-fA-F]/g, '')
  return hasPort && UNESCAPED.host.test(bare) ? decode(host) : undefined
}

/** The path, escaped if it was not. */
export function escapePath({ path }: ParsedUrl): string {
  if (UNESCAPED.path.test(path)) return path
  return Array.from(Buffer.from(decode(path)), (byte) => {
    const character = String.fromCharCode(byte)
    return /[-\w.~$&+,/:;=@]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

/** The query as names and their values, without the parts that are badly written. */
export function parseQuery({ query }: ParsedUrl): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';') || !isEscaped(part)) continue
    const [name, value] = cut(part, '=').map((text) => decode(text.replaceAll('+', ' ')))
    values.set(name ?? '', [...(values.get(name ?? '') ?? []), value ?? ''])
  }
  return values
}

const isEscaped = (text: string) => !/%(?![0-9a-fA-F]{2})/.test(text)

function decode(text: string): string {
  if (!text.includes('%')) return text
  const parts = text.split(/(?:%([0-9a-fA-F]{2}))/)
  return Buffer.concat(
    parts.map((part = '', i) => (i % 2 === 1 ? Buffer.from(part, 'hex') : Buffer.from(part))),
  ).toString()
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
