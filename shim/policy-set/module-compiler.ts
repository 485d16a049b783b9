import { createHash } from 'node:crypto'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import type { PolicyModule } from '../../evaluator/module/policy-module.ts'

/** Compiles equal modules once, however many policies use them. */
export class ModuleCompiler {
  readonly #memoryLimitBytes: number
  readonly #modules: Map<string, Promise<PolicyModule>>

  /** @param compiled those that are known already: compiled under the same memory limit */
  constructor(memoryLimitBytes: number, compiled: readonly PolicyModule[]) {
    this.#memoryLimitBytes = memoryLimitBytes
    this.#modules = new Map(compiled.map((module) => [module.digest, Promise.resolve(module)]))
  }

  /** @throws ERR_MODULE_INVALID, ERR_MODULE_METADATA */
  compile(bytes: Uint8Array, source: string): Promise<PolicyModule> {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    const module = this.#modules.get(digest) ?? this.#compile(bytes, source)
    this.#modules.set(digest, module)
    return module
  }

  async #compile(bytes: Uint8Array, source: string): Promise<PolicyModule> {
    return (await compilePolicyModule(bytes, { memoryLimitBytes: this.#memoryLimitBytes, source })).module
  }
}
