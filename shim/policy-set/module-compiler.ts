import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import type { PolicyModule } from '../../evaluator/module/policy-module.ts'
import type { ModuleContent } from '../modules/module-content.ts'

/** Compiles equal modules once, however many policies use them. */
export class ModuleCompiler {
  readonly #memoryLimitBytes: number
  readonly #modules: Map<string, Promise<PolicyModule>>

  /** @param compiled those that are known already: compiled under the same memory limit */
  constructor(memoryLimitBytes: number, compiled: readonly PolicyModule[]) {
    this.#memoryLimitBytes = memoryLimitBytes
    this.#modules = new Map(compiled.map((module) => [module.digest, Promise.resolve(module)]))
  }

  /** @throws ERR_MODULE_INVALID, ERR_MODULE_METADATA, and what keeps the bytes from being read */
  compile(content: ModuleContent, source: string): Promise<PolicyModule> {
    const module = this.#modules.get(content.digest) ?? this.#compile(content, source)
    this.#modules.set(content.digest, module)
    return module
  }

  async #compile(content: ModuleContent, source: string): Promise<PolicyModule> {
    return (await compilePolicyModule(await content.read(), { memoryLimitBytes: this.#memoryLimitBytes, source }))
      .module
  }
}
