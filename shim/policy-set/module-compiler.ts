import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import type { PolicyModule } from '../../evaluator/module/policy-module.ts'
import { freeBytes } from '../../util/bytes.ts'
import type { ModuleContent } from '../modules/module-content.ts'
import type { KeptModules } from './kept-modules.ts'

export interface ModuleCompilerOptions {
  readonly memoryLimitBytes: number
  /** Those that are known already: compiled under the same memory limit. */
  readonly compiled: readonly PolicyModule[]
  /** Those that an earlier process has prepared. */
  readonly kept?: KeptModules | undefined
}

/** Compiles equal modules once, however many policies use them. */
export class ModuleCompiler {
  readonly #options: ModuleCompilerOptions
  readonly #modules: Map<string, Promise<PolicyModule>>

  constructor(options: ModuleCompilerOptions) {
    this.#options = options
    this.#modules = new Map(options.compiled.map((module) => [module.digest, Promise.resolve(module)]))
  }

  /** @throws ERR_MODULE_INVALID, ERR_MODULE_METADATA, and what keeps the bytes from being read */
  compile(content: ModuleContent, source: string): Promise<PolicyModule> {
    const module = this.#modules.get(content.digest) ?? this.#compile(content, source)
    this.#modules.set(content.digest, module)
    return module
  }

  async #compile(content: ModuleContent, source: string): Promise<PolicyModule> {
    const { kept, memoryLimitBytes } = this.#options
    const { digest } = content
    const known = await this.#findKept(digest)
    if (known !== undefined) return known
    const read = await content.read()
    const { module, bytes } = await compilePolicyModule(read, { memoryLimitBytes, source, digest })
    content.free?.(read)
    const { module: _, ...facts } = module
    // what is not rewritten is ready as fast without; and nobody waits until it is written
    if (kept === undefined || facts.restorable === undefined) freeBytes(bytes)
    else void kept.keep({ digest, memoryLimitBytes }, { bytes, facts }).then(() => freeBytes(bytes))
    return module
  }

  async #findKept(digest: string): Promise<PolicyModule | undefined> {
    const prepared = await this.#options.kept?.find({ digest, memoryLimitBytes: this.#options.memoryLimitBytes })
    if (prepared === undefined) return undefined
    const module = await WebAssembly.compile(prepared.bytes).catch(() => undefined)
    // with the rest of the file that it lies in
    freeBytes(new Uint8Array(prepared.bytes.buffer))
    return module && { ...prepared.facts, module }
  }
}
