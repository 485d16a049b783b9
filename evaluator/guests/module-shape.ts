/** What a kind of guest must export, and may import. */
export interface ModuleShape {
  readonly exports: readonly WebAssembly.ModuleExport[]
  /** The modules, their functions, and perhaps a memory, that the host offers. */
  readonly imports: WebAssembly.Imports
}

/** Says at load time what `new WebAssembly.Instance` would trip over at the first request. */
export function describeShapeProblems(module: WebAssembly.Module, shape: ModuleShape): string[] {
  const found = WebAssembly.Module.exports(module)
  const missing = shape.exports.filter(({ name, kind }) => !found.some((it) => it.name === name && it.kind === kind))
  const foreign = WebAssembly.Module.imports(module).filter((wanted) => !offers(shape.imports, wanted))
  return [
    ...missing.map(({ name, kind }) => `does not export the ${kind} \`${name}\``),
    ...foreign.map(({ module, name, kind }) => `imports the ${kind} \`${module}.${name}\`, which is not offered`),
  ]
}

function offers(imports: WebAssembly.Imports, { module, name, kind }: WebAssembly.ModuleImport): boolean {
  const offered = Object.hasOwn(imports, module) ? imports[module] : undefined
  if (offered === undefined || !Object.hasOwn(offered, name)) return false
  return kind === 'memory' ? offered[name] instanceof WebAssembly.Memory : kind === typeof offered[name]
}
