// The WebAssembly JavaScript interface as far as we use it; TypeScript ships it only with the browser's whole DOM.
// https://webassembly.github.io/spec/js-api/
declare namespace WebAssembly {
  class Module {
    private readonly opaque
    constructor(bytes: ArrayBufferView | ArrayBuffer)
    static customSections(module: Module, name: string): ArrayBuffer[]
    static imports(module: Module): ModuleImport[]
    static exports(module: Module): ModuleExport[]
  }
  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Record<string, unknown>
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  class Global {
    private constructor()
    value: number | bigint
  }
  class RuntimeError extends Error {}
  class CompileError extends Error {}
  class LinkError extends Error {}

  type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag'
  type ModuleImport = { module: string; name: string; kind: ExternalKind }
  type ModuleExport = { name: string; kind: ExternalKind }
  type Imports = Record<string, Record<string, unknown>>

  function compile(bytes: ArrayBufferView | ArrayBuffer): Promise<Module>
  function validate(bytes: ArrayBufferView | ArrayBuffer): boolean
}
