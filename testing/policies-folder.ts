import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { isScalar, parseAllDocuments, visit } from 'yaml'
import { resolveModule } from '../shim/policies/module-source.ts'
import { readPolicyFiles } from '../shim/policies/policy-files.ts'
import { replaceFile } from '../util/replace-file.ts'

/**
 * What a cluster under test decides by: policies.yml, a file or folder of ClusterAdmissionPolicy YAML, or the entries of a
 * policies.yml as an object, whose modules are found from the working folder.
 */
export type Policies = string | Readonly<Record<string, object>>

/** A cluster's policies in a folder of its own, in which others take their place while it runs. */
export class PoliciesFolder implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async create(policies: Policies): Promise<PoliciesFolder> {
    const folder = new PoliciesFolder(await mkdtemp(join(tmpdir(), 'gatehouse-policies-')))
    try {
      await folder.replace(policies)
      return folder
    } catch (error) {
      await folder[Symbol.asyncDispose]()
      throw error
    }
  }

  async replace(policies: Policies): Promise<void> {
    const files = typeof policies === 'string' ? await readPolicyFiles(policies) : [toFile(policies)]
    const names = files.map(({ file }) => basename(file))
    for (const { file, text } of files) await replaceFile(join(this.path, basename(file)), findModules(text, file))
    for (const old of await readdir(this.path)) if (!names.includes(old)) await rm(join(this.path, old))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

function toFile(entries: object) {
  return { file: resolve('policies.yml'), text: JSON.stringify(entries) }
}

// The text is read from another folder than the one that its paths start from.
function findModules(text: string, file: string): string {
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return text
  for (const document of documents) {
    visit(document, {
      Pair(_key, pair) {
        const name = isScalar(pair.key) ? pair.key.value : undefined
        // a policy's own configuration
        if (name === 'settings') return visit.SKIP
        if (name === 'module' && isScalar(pair.value)) pair.value.value = findModule(pair.value.value, resolve(file))
        return undefined
      },
    })
  }
  return documents.map(String).join('---\n')
}

function findModule(reference: unknown, namedBy: string): unknown {
  try {
    return typeof reference === 'string' ? resolveModule(reference, namedBy) : reference
  } catch {
    // whoever reads the file says what is wrong with it
    return reference
  }
}
