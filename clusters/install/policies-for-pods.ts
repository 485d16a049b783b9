import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isPair, isScalar, parseAllDocuments, visit } from 'yaml'
import type { ModuleFile, PolicyText } from '../../plugin/install/config-maps.ts'
import { moduleFileName, POD_FOLDERS } from '../../plugin/install/deployment.ts'
import { isFile } from '../../shim/modules/read-module-files.ts'
import { moduleOf, nameOfModule, resolveModule } from '../../shim/policies/module-source.ts'
import { parsePolicies } from '../../shim/policies/parse-policies.ts'
import type { PolicySources } from '../../shim/policies/policies-snapshot.ts'
import type { PolicyFile } from '../../shim/policies/policy-files.ts'
import { guestsOf } from '../../shim/policies/policy-spec.ts'
import { GatehouseError } from '../../util/errors.ts'
import { type Problem, throwProblems } from '../../util/problems.ts'

/** Policies as a pod finds them. */
export interface PodPolicies {
  readonly policies: readonly PolicyText[]
  readonly modules: readonly ModuleFile[]
}

/** What a ConfigMap may hold. https://kubernetes.io/docs/concepts/configuration/configmap/ */
export const MAX_CONFIG_MAP_BYTES = 1024 * 1024

/**
 * Policies for pods: modules in registries and on web servers stay where they are, and those that are files of this machine are
 * brought along, and named by where they lie in the pod. Everything else in the texts stays as it is written.
 */
export async function toPodPolicies(files: readonly PolicyFile[], sources: PolicySources): Promise<PodPolicies> {
  const modules = await readModuleFiles(sources)
  const policies = files.map(({ file, text }, index) => ({
    name: nameInPod(file, index),
    text: renameModules(file, text, modules),
  }))
  await checkRenamed(policies)
  return { policies, modules: [...new Map([...modules.values()].map((module) => [module.name, module])).values()] }
}

// A folder's files are found by their ending; the name of one that was named by itself may be any.
function nameInPod(file: string, index: number): string {
  const name = basename(file)
  return /^[-._a-zA-Z0-9]{1,250}\.(ya?ml|json)$/.test(name) ? name : `policies-${index + 1}.yml`
}

/** The modules that are files, by URL. */
async function readModuleFiles({ specs, modules }: PolicySources): Promise<Map<string, ModuleFile>> {
  const found = new Map<string, ModuleFile>()
  const problems: Problem[] = []
  for (const guest of specs.flatMap(guestsOf).filter(({ module }) => isFile(module))) {
    if (found.has(guest.module)) continue
    const { digest, read } = moduleOf(guest, modules)
    const bytes = await read()
    if (bytes.length > MAX_CONFIG_MAP_BYTES) {
      const message = `has ${bytes.length} bytes, and a ConfigMap takes ${MAX_CONFIG_MAP_BYTES}`
      problems.push({ file: fileURLToPath(guest.module), message })
    }
    found.set(guest.module, { name: `gatehouse-module-${digest.slice('sha256:'.length).slice(0, 16)}`, bytes })
  }
  const hint = 'Put it into a registry (gatehouse push), and name it by its reference there.'
  throwProblems('ERR_POLICIES_INVALID', problems, hint)
  return found
}

function renameModules(file: string, text: string, modules: ReadonlyMap<string, ModuleFile>): string {
  const edits: { start: number; end: number; path: string }[] = []
  for (const document of parseAllDocuments(text)) {
    visit(document, {
      Pair(_key, { key, value }, ancestors) {
        if (!isScalar(key) || key.value !== 'module' || ancestors.some(isSettings)) return
        if (!isScalar(value) || typeof value.value !== 'string' || !value.range) return
        const module = modules.get(urlOf(value.value, file) ?? '')
        if (module === undefined) return
        const [start, end] = value.range
        edits.push({ start, end, path: `${POD_FOLDERS.modules}/${moduleFileName(module.name)}` })
      },
    })
  }
  // from the end, so that places before stay true
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((renamed, { start, end, path }) => `${renamed.slice(0, start)}"${path}"${renamed.slice(end)}`, text)
}

function isSettings(node: unknown): boolean {
  return isPair(node) && isScalar(node.key) && node.key.value === 'settings'
}

function urlOf(reference: string, file: string): string | undefined {
  try {
    return resolveModule(reference, file)
  } catch {
    return undefined
  }
}

// Read as the pod will read them.
async function checkRenamed(policies: readonly PolicyText[]): Promise<void> {
  const folder = POD_FOLDERS.policies
  const files = policies.map(({ name, text }) => ({ file: `${folder}/${name}`, text }))
  const parsed = await parsePolicies(folder, files)
  throwProblems('ERR_INTERNAL', parsed.problems)
  const lost = parsed.policies
    .flatMap(({ spec }) => guestsOf(spec))
    .find(({ module }) => isFile(module) && !fileURLToPath(module).startsWith(`${POD_FOLDERS.modules}/`))
  if (lost === undefined) return
  throw new GatehouseError(
    'ERR_POLICIES_INVALID',
    `policy ${lost.id}: the module ${nameOfModule(lost.module)} cannot be brought along`,
    { hint: 'Write its path beside `module:` itself, not as a YAML alias.' },
  )
}
