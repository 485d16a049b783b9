import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type GatehouseError, isGatehouseError } from '../../util/errors.ts'
import { throwProblems } from '../../util/problems.ts'
import type { ModuleContent, ModuleContents, ReadModules } from '../modules/module-content.ts'
import { pullModules } from '../modules/pull-modules.ts'
import { isFile, readModuleFiles } from '../modules/read-module-files.ts'
import { readModules } from './module-source.ts'
import { parsePolicies } from './parse-policies.ts'
import { type PolicyFile, readPolicyFiles } from './policy-files.ts'
import type { PolicySpec } from './policy-spec.ts'

/** Policies, and the modules that they name. */
export interface PolicySources {
  readonly specs: readonly PolicySpec[]
  readonly modules: ModuleContents
}

/** What lay at a path when it was read. */
export interface PoliciesSnapshot {
  /** Equal where all files and modules are. */
  readonly digest: string
  /** The path itself, and the files and modules that it led to. */
  readonly paths: readonly string[]
  /** What can be loaded, or why nothing can: ERR_FILE_READ, ERR_POLICIES_INVALID. */
  readonly content: PolicySources | GatehouseError
}

/** Reads the policies at a path and their modules, as they are now. */
export async function takeSnapshot(path: string, read: ReadModules = readModuleFiles): Promise<PoliciesSnapshot> {
  try {
    const files = await readPolicyFiles(path)
    const content = await readSources(path, files, read).catch(toGatehouseError)
    const modules = 'modules' in content ? content.modules : new Map<string, never>()
    return {
      digest: digestOf([...files.map(({ file, text }) => [file, text] as const), ...modules]),
      paths: [
        path,
        ...files.map(({ file }) => file),
        ...[...modules.keys()].filter(isFile).map((url) => fileURLToPath(url)),
      ],
      content,
    }
  } catch (error) {
    const content = toGatehouseError(error)
    return { digest: digestOf([[path, content]]), paths: [path], content }
  }
}

/** What can be loaded from a path, for a command. @throws ERR_FILE_READ, ERR_POLICIES_INVALID */
export async function readPolicySources(path: string, read: ReadModules = pullModules()): Promise<PolicySources> {
  return readSources(path, await readPolicyFiles(path), read)
}

async function readSources(path: string, files: readonly PolicyFile[], read: ReadModules): Promise<PolicySources> {
  const { policies, problems } = await parsePolicies(path, files)
  throwProblems('ERR_POLICIES_INVALID', problems)
  const specs = policies.map(({ spec }) => spec)
  return { specs, modules: await readModules(specs, read) }
}

function toGatehouseError(error: unknown): GatehouseError {
  if (isGatehouseError(error)) return error
  throw error
}

// Each content is hashed by itself, so that no content can pass for the start of the next.
function digestOf(contents: readonly (readonly [name: string, content: string | ModuleContent | Error])[]): string {
  const hash = createHash('sha256')
  for (const [name, content] of contents) {
    const text = typeof content === 'string' ? content : content instanceof Error ? content.message : content.digest
    hash.update(createHash('sha256').update(name).digest()).update(createHash('sha256').update(text).digest())
  }
  return hash.digest('hex')
}
