import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { type GatehouseError, isGatehouseError } from '../../util/errors.ts'
import { throwProblems } from '../../util/problems.ts'
import { type ModuleContents, readModules } from './module-source.ts'
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
export async function takeSnapshot(path: string): Promise<PoliciesSnapshot> {
  try {
    const files = await readPolicyFiles(path)
    const content = await readSources(path, files).catch(toGatehouseError)
    const modules = 'modules' in content ? content.modules : new Map<string, never>()
    return {
      digest: digestOf([...files.map(({ file, text }) => [file, text] as const), ...modules]),
      paths: [path, ...files.map(({ file }) => file), ...[...modules.keys()].map((url) => fileURLToPath(url))],
      content,
    }
  } catch (error) {
    const content = toGatehouseError(error)
    return { digest: digestOf([[path, content]]), paths: [path], content }
  }
}

/** What can be loaded from a path. @throws ERR_FILE_READ, ERR_POLICIES_INVALID */
export async function readPolicySources(path: string): Promise<PolicySources> {
  return readSources(path, await readPolicyFiles(path))
}

async function readSources(path: string, files: readonly PolicyFile[]): Promise<PolicySources> {
  const { policies, problems } = await parsePolicies(path, files)
  throwProblems('ERR_POLICIES_INVALID', problems)
  const specs = policies.map(({ spec }) => spec)
  return { specs, modules: await readModules(specs) }
}

function toGatehouseError(error: unknown): GatehouseError {
  if (isGatehouseError(error)) return error
  throw error
}

// Each content is hashed by itself, so that no content can pass for the start of the next.
function digestOf(contents: readonly (readonly [name: string, content: string | Uint8Array | Error])[]): string {
  const hash = createHash('sha256')
  for (const [name, content] of contents) {
    const bytes = content instanceof Error ? content.message : content
    hash.update(createHash('sha256').update(name).digest()).update(createHash('sha256').update(bytes).digest())
  }
  return hash.digest('hex')
}
