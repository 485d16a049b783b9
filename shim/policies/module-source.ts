import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { ModuleContent, ModuleContents } from '../modules/module-content.ts'
import { readModuleFiles } from '../modules/read-module-files.ts'
import { type GuestSpec, guestsOf, type PolicySpec } from './policy-spec.ts'

const WAY_OUT = 'download it (for example with `kwctl pull -o policy.wasm`) and name it by file:// or by its path'

/**
 * Says why a module reference cannot be used; undefined when it can. As in Kubewarden a reference without a scheme is
 * a registry's, unless it looks like a path: it starts with `/` or `.`, or ends in `.wasm`.
 */
export function describeUnusableModule(reference: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(reference)?.[1]?.toLowerCase()
  if (scheme === 'file') return isDecodable(reference) ? undefined : `is ${reference}; its %-escapes are malformed`
  if (scheme === 'http' || scheme === 'https')
    return `is ${reference}; ${scheme}:// cannot be downloaded yet: ${WAY_OUT}`
  if (scheme === 'registry') return `is ${reference}; registry:// cannot be pulled yet: ${WAY_OUT}`
  if (scheme !== undefined) return `is ${reference}; must be file:// or a path`
  if (looksLikePath(reference)) return undefined
  return `is ${reference}, a registry reference as it has no scheme; registries cannot be pulled from yet: ${WAY_OUT}`
}

/** The absolute `file://` URL that a usable reference means in the file that names it. */
export function resolveModule(reference: string, namedBy: string): string {
  const path = /^file:\/\//i.test(reference) ? decodeURIComponent(reference.slice('file://'.length)) : reference
  return pathToFileURL(resolve(dirname(namedBy), path)).href
}

/** The bytes of a policy's module. @throws ERR_MODULE_SOURCE */
export async function readModule(policy: Pick<GuestSpec, 'id' | 'module'>): Promise<Uint8Array> {
  try {
    return await readFile(fileURLToPath(policy.module))
  } catch (cause) {
    throw unreadableModule(policy, cause)
  }
}

/** Reads every module that policies name, each once. */
export function readModules(policies: readonly PolicySpec[], read = readModuleFiles): Promise<ModuleContents> {
  return read([...new Set(policies.flatMap(guestsOf).map(({ module }) => module))])
}

/** The policy's module among those that were read. @throws ERR_MODULE_SOURCE */
export function moduleOf(policy: Pick<GuestSpec, 'id' | 'module'>, contents: ModuleContents): ModuleContent {
  const content = contents.get(policy.module)
  if (content === undefined || content instanceof Error) throw unreadableModule(policy, content)
  return content
}

/** Of the module that was read for a policy: `sha256:…`, or `unreadable`. */
export function digestOfModule({ module }: Pick<GuestSpec, 'module'>, contents: ModuleContents): string {
  const content = contents.get(module)
  return content === undefined || content instanceof Error ? 'unreadable' : content.digest
}

function unreadableModule({ id, module }: Pick<GuestSpec, 'id' | 'module'>, cause: unknown): GatehouseError {
  const message = `policy ${id}: cannot read ${fileURLToPath(module)}: ${messageOf(cause)}`
  return new GatehouseError('ERR_MODULE_SOURCE', message, { cause })
}

const looksLikePath = (reference: string) => /^[./]/.test(reference) || reference.endsWith('.wasm')

function isDecodable(reference: string): boolean {
  try {
    decodeURIComponent(reference)
    return true
  } catch {
    return false
  }
}
