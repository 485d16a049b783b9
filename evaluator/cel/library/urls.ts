import { CelMap } from '../run/cel-map.ts'
import { Failure, Opaque, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'
import { escapePath, type ParsedUrl, parseQuery, parseRequestUrl, parseUrl } from './url-text.ts'

/** A URL. */
export class Url extends Opaque {
  readonly typeName = 'kubernetes.URL'
  readonly parts: ParsedUrl

  constructor(parts: ParsedUrl) {
    super()
    this.parts = parts
  }

  override equals(other: Value): boolean | Failure {
    return other instanceof Url ? textOf(this) === textOf(other) : new Failure('no such overload')
  }
}

/** Kubernetes' URL library. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-url-library */
export const urls: Library = {
  functions: {
    'url(string): URL': readUrl,
    'isURL(string): bool': (text: string) => parseRequestUrl(text) !== undefined,
    '<URL>.getScheme(): string': ({ parts }: Url) => parts.scheme,
    '<URL>.getHost(): string': ({ parts }: Url) => parts.host,
    '<URL>.getHostname(): string': ({ parts }: Url) => splitHost(parts.host).name,
    '<URL>.getPort(): string': ({ parts }: Url) => splitHost(parts.host).port,
    '<URL>.getEscapedPath(): string': ({ parts }: Url) => escapePath(parts),
    '<URL>.getQuery(): map<string, list<string>>': ({ parts }: Url) => CelMap.of(parseQuery(parts)),
  },
}

function readUrl(text: string): Url | Failure {
  const parts = parseRequestUrl(text) && parseUrl(text)
  return parts === undefined ? new Failure(`URL parse error during conversion from string: "${text}"`) : new Url(parts)
}

function splitHost(host: string): { name: string; port: string } {
  const [, name = host, port = ''] = /^(.*?)(?::(\d*))?$/s.exec(host) ?? []
  return { name: name.replace(/^\[(.*)\]$/, '$1'), port }
}

const textOf = ({ parts }: Url) => JSON.stringify({ ...parts, path: escapePath(parts) })
