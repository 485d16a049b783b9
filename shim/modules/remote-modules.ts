import { parseReference } from '../../artifacts/reference.ts'
import { Lanes } from './lanes.ts'
import type { ReadModules } from './module-content.ts'
import { ModuleFiles } from './module-files.ts'
import type { ModuleSupply } from './module-supply.ts'
import { isFile } from './read-module-files.ts'
import { RemoteModule, type RemoteModuleOptions } from './remote-module.ts'

export interface RemoteModulesOptions extends Pick<RemoteModuleOptions, 'store' | 'access' | 'onPull' | 'log'> {
  readonly patienceMs?: number
  readonly retryMs?: number
}

/** A policy whose module takes longer is put in force when it comes; the others do not wait for it. */
const PATIENCE_MS = 10_000
const RETRY_MS = 2000
/** At the same time, from one host. */
const PULLS_PER_HOST = 4

/** Files, and what is pulled from registries and web servers. Whatever they do, nobody waits for them long. */
export class RemoteModules implements ModuleSupply, Disposable {
  readonly #options: RemoteModuleOptions
  readonly #modules = new Map<string, RemoteModule>()
  readonly #files = new ModuleFiles()
  #onChange: () => void = () => {}

  constructor({ patienceMs = PATIENCE_MS, retryMs = RETRY_MS, ...options }: RemoteModulesOptions) {
    const lanes = new Lanes(PULLS_PER_HOST)
    this.#options = { ...options, patienceMs, retryMs, lanes, onChange: () => this.#onChange() }
  }

  /** Pulls what is named for the first time; what is named no longer is forgotten. */
  readonly read: ReadModules = async (urls) => {
    const remote = urls.filter((url) => !isFile(url))
    this.#forgetAllBut(new Set(remote))
    const pulled = remote.map(async (url) => [url, await this.#moduleOf(url).read()] as const)
    const files = await this.#files.read(urls.filter(isFile))
    return new Map([...files, ...(await Promise.all(pulled))])
  }

  refresh(): void {
    for (const module of this.#modules.values()) module.refresh()
  }

  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  [Symbol.dispose](): void {
    this.#onChange = () => {}
    this.#forgetAllBut(new Set())
  }

  #moduleOf(url: string): RemoteModule {
    const module = this.#modules.get(url) ?? new RemoteModule(parseReference(url), this.#options)
    this.#modules.set(url, module)
    return module
  }

  #forgetAllBut(urls: ReadonlySet<string>): void {
    for (const [url, module] of this.#modules) {
      if (urls.has(url)) continue
      module[Symbol.dispose]()
      this.#modules.delete(url)
    }
  }
}
