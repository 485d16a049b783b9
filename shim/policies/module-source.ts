import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { formatReference, parseReference } from '../../artifacts/reference.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { ModuleContent, ModuleContents } from '../modules/module-content.ts'
import { isFile, readModuleFiles } from '../modules/read-module-files.ts'
import type { ModuleAccess } from '../modules/read-pulled-module.ts'
import { type GuestSpec, guestsOf, type PolicySpec } from './policy-spec.ts'

/** Says why a module reference cannot be used; undefined when it can. */
export function describeUnusableModule(reference: string): string | undefined {
  try {
    parseReference(reference)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** The URL that a usable reference means in the file that names it: the same for all ways to write it. */
export function resolveModule(reference: string, namedBy: string): string {
  const parsed = parseReference(reference)
  if (parsed.scheme !== 'file') return formatReference(parsed)
  return pathToFileURL(resolve(dirname(namedBy), parsed.path)).href
}

/**
 * The bytes of a policy's module, for a command: pulled if they are not stored. Besides URLs the start of a digest is
 * understood, as `sha256:…`. @throws ERR_MODULE_SOURCE
 */
export async function readModule(
  policy: Pick<GuestSpec, 'id' | 'module'>,
  access: ModuleAccess = {},
): Promise<Uint8Array> {
  const { module } = policy
  if (module.startsWith('sha256:')) return await (await loadPulling()).readByDigest(module, access)
  try {
    if (isFile(module)) return await readFile(fileURLToPath(module))
    return await (await (await loadPulling()).pullOnce(module, access)).read()
  } catch (cause) {
    throw unreadableModule(policy, cause)
  }
}

// most modules are files, and commands start in little time
const loadPulling = () => import('../modules/read-pulled-module.ts')

/** What people call a module: the path of a file, or the reference. */
export function nameOfModule(module: string): string {
  return isFile(module) ? fileURLToPath(module) : module
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

/** Says why there is no module for a policy among those that were read; undefined where there is one. */
export function describeUnreadable(
  policy: Pick<GuestSpec, 'id' | 'module'>,
  contents: ModuleContents,
): string | undefined {
  const content = contents.get(policy.module)
  return content === undefined || content instanceof Error ? unreadableModule(policy, content).message : undefined
}

/** Of the module that was read for a policy: `sha256:…`, or `unreadable`. */
export function digestOfModule({ module }: Pick<GuestSpec, 'module'>, contents: ModuleContents): string {
  const content = contents.get(module)
  return content === undefined || content instanceof Error ? 'unreadable' : content.digest
}

/** The name in a registry that will always mean the module that was read for a policy. */
export function immutableReferenceOf(
  { module }: Pick<GuestSpec, 'module'>,
  contents: ModuleContents,
): string | undefined {
  const content = contents.get(module)
  return content === undefined || content instanceof Error ? undefined : content.immutableReference
}

function unreadableModule({ id, module }: Pick<GuestSpec, 'id' | 'module'>, cause: unknown): GatehouseError {
  const message = isFile(module)
    ? `policy ${id}: cannot read ${fileURLToPath(module)}: ${messageOf(cause)}`
    : `Error while downloading policy '${id}' from ${module}: ${messageOf(cause)}`
  return new GatehouseError('ERR_MODULE_SOURCE', message, { cause })
}
