import { GatehouseError } from '../util/errors.ts'
import { parseRegistryName, type RegistryName } from './references/registry-name.ts'

/** Where a module is: in a registry, on a web server, or in a file. */
export type ModuleReference = RegistryReference | WebReference | FileReference

export interface RegistryReference extends RegistryName {
  readonly scheme: 'registry'
}

export interface WebReference {
  readonly scheme: 'https' | 'http'
  /** Without a fragment. */
  readonly url: string
}

export interface FileReference {
  readonly scheme: 'file'
  /** As written, its %-escapes decoded; a relative one is for the caller to resolve. */
  readonly path: string
}

/**
 * Reads a module reference as Kubewarden does: without a scheme it is a registry's, unless it looks like a path (it begins
 * with `/`, `./` or `../`, or ends in `.wasm`). @throws ERR_REFERENCE_INVALID
 */
export function parseReference(text: string): ModuleReference {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? []
  if (scheme === undefined) return looksLikePath(text) ? { scheme: 'file', path: text } : readRegistry(text, text)
  switch (scheme.toLowerCase()) {
    case 'registry':
      return readRegistry(text, rest)
    case 'file':
      return readFile(text, rest)
    case 'https':
    case 'http':
      return readWeb(text)
    default:
      throw invalid(text, `has the scheme ${scheme}; must be registry, https, http or file`)
  }
}

/** The reference in full: the same for all ways to write it. */
export function formatReference(reference: ModuleReference): string {
  switch (reference.scheme) {
    case 'registry':
      return `registry://${formatImage(reference)}`
    case 'file':
      return `file://${encodePath(reference.path)}`
    default:
      return reference.url
  }
}

/** `ghcr.io/kubewarden/policies/pod-privileged:v1.0.0`, the form without a scheme. */
export function formatImage({ host, repository, tag, digest }: RegistryName): string {
  return `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** Whether a text without a scheme means a file. */
export const looksLikePath = (text: string): boolean => /^[./]/.test(text) || text.endsWith('.wasm')

function readRegistry(text: string, name: string): RegistryReference {
  const parsed = parseRegistryName(name)
  if (typeof parsed === 'string') throw invalid(text, parsed)
  return { scheme: 'registry', ...parsed }
}

function readFile(text: string, encoded: string): FileReference {
  const path = decode(encoded)
  if (path === undefined) throw invalid(text, 'has malformed %-escapes')
  if (path === '' || path.includes('\0')) throw invalid(text, 'names no file')
  return { scheme: 'file', path }
}

function readWeb(text: string): WebReference {
  const url = URL.parse(text)
  if (url === null) throw invalid(text, 'is not a URL')
  // it would end up in logs, and in the names of stored files
  if (url.username !== '' || url.password !== '')
    throw invalid(text.replace(/\/\/[^/]*@/, '//…@'), 'holds a user name or a password; leave them out')
  url.hash = ''
  return { scheme: url.protocol === 'http:' ? 'http' : 'https', url: url.href }
}

function invalid(text: string, problem: string): GatehouseError {
  return new GatehouseError('ERR_REFERENCE_INVALID', `the module reference ${JSON.stringify(text)} ${problem}`, {
    hint: 'Write for example registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0, https://host/policy.wasm or file:///policy.wasm.',
  })
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')
