import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isFile } from '../shim/modules/read-module-files.ts'
import { readPolicyFiles } from '../shim/policies/policy-files.ts'
import { GatehouseError, messageOf } from '../util/errors.ts'
import { makeFolder } from '../util/make-folder.ts'
import { replaceFile } from '../util/replace-file.ts'
import { nameModules } from './name-modules.ts'

/**
 * What a cluster under test decides by: policies.yml, a file or folder of ClusterAdmissionPolicy YAML, or the entries of a
 * policies.yml as an object, whose modules are found from the working folder.
 */
export type Policies = string | Readonly<Record<string, object>>

/** Where the shim runs that reads them: one on a node sees this folder and nothing else, as a user of its own. */
export type Reader = 'host' | 'node'

/** Modules that are files, brought along for a shim on a node. */
const MODULES = 'modules'

/** A cluster's policies in a folder of its own, in which others take their place while it runs. */
export class PoliciesFolder implements AsyncDisposable {
  readonly path: string
  readonly #reader: Reader

  private constructor(path: string, reader: Reader) {
    this.path = path
    this.#reader = reader
  }

  static async create(policies: Policies, reader: Reader = 'host'): Promise<PoliciesFolder> {
    const folder = new PoliciesFolder(await mkdtemp(join(tmpdir(), 'gatehouse-policies-')), reader)
    try {
      if (reader === 'node') await folder.#openToAll()
      await folder.replace(policies)
      return folder
    } catch (error) {
      await folder[Symbol.asyncDispose]()
      throw error
    }
  }

  /** @throws ERR_FILE_READ, or ERR_MODULE_SOURCE where a module cannot be brought along */
  async replace(policies: Policies): Promise<void> {
    const files = typeof policies === 'string' ? await readPolicyFiles(policies) : [toFile(policies)]
    const names = files.map(({ file }) => basename(file))
    for (const { file, text } of files)
      await replaceFile(join(this.path, basename(file)), await this.#bring(text, file))
    for (const old of await readdir(this.path))
      if (old !== MODULES && !names.includes(old)) await rm(join(this.path, old))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }

  // The text is read from another folder than the one that its paths start from.
  async #bring(text: string, file: string): Promise<string> {
    if (this.#reader === 'host') return nameModules(text, resolve(file), (url) => url)
    const brought = new Map<string, string>()
    const named = nameModules(text, resolve(file), (url) => {
      if (!isFile(url)) return url
      const name = `${createHash('sha256').update(url).digest('hex')}.wasm`
      brought.set(url, name)
      return `file://${MODULES}/${name}`
    })
    for (const [url, name] of brought) await this.#copy(url, name, file)
    return named
  }

  // in one step: a shim may be reading the one before
  async #copy(url: string, name: string, file: string): Promise<void> {
    const path = fileURLToPath(url)
    const copy = join(this.path, MODULES, name)
    try {
      await copyFile(path, `${copy}.draft`)
      await chmod(`${copy}.draft`, 0o644)
      await rename(`${copy}.draft`, copy)
    } catch (cause) {
      throw new GatehouseError('ERR_MODULE_SOURCE', `${file}: cannot read the module ${path}: ${messageOf(cause)}`, {
        cause,
        hint: 'A shim on a node is given a copy of every module that is a file: put it there, or name one in a registry.',
      })
    }
  }

  async #openToAll(): Promise<void> {
    const modules = join(this.path, MODULES)
    await makeFolder(modules)
    for (const path of [this.path, modules]) await chmod(path, 0o755)
  }
}

function toFile(entries: object) {
  return { file: resolve('policies.yml'), text: JSON.stringify(entries) }
}
