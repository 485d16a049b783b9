import { describeShapeProblems } from '../module-shape.ts'

/** What OPA's Wasm compiler exports. https://www.openpolicyagent.org/docs/wasm#abis */
export interface OpaExports {
  readonly opa_wasm_abi_version?: { readonly value: unknown }
  readonly opa_wasm_abi_minor_version?: { readonly value: unknown }
  builtins(): number
  opa_malloc(size: number): number
  opa_json_parse(address: number, length: number): number
  opa_json_dump(value: number): number
  opa_value_parse?(address: number, length: number): number
  opa_value_dump?(value: number): number
  opa_free?(address: number): void
  opa_heap_ptr_get(): number
  opa_heap_ptr_set(address: number): void
  opa_eval_ctx_new(): number
  opa_eval_ctx_set_input(context: number, value: number): void
  opa_eval_ctx_set_data(context: number, value: number): void
  opa_eval_ctx_set_entrypoint?(context: number, id: number): void
  opa_eval_ctx_get_result(context: number): number
  eval(context: number): number
  opa_eval?(...args: OneCall): number
}

type OneCall = [reserved: 0, entrypoint: number, data: number, input: number, length: number, heap: number, format: 0]

const REQUIRED = [
  'builtins',
  'opa_malloc',
  'opa_json_parse',
  'opa_json_dump',
  'opa_heap_ptr_get',
  'opa_heap_ptr_set',
  'opa_eval_ctx_new',
  'opa_eval_ctx_set_input',
  'opa_eval_ctx_set_data',
  'opa_eval_ctx_get_result',
  'eval',
]

/** Why a module is none of OPA's, as `GuestKind.problemsOf` says it. */
export function describeOpaProblems(module: WebAssembly.Module, imports: WebAssembly.Imports): string[] {
  const exports = REQUIRED.map((name) => ({ name, kind: 'function' as const }))
  const hasMemory = WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory')
  const memory = hasMemory ? [] : ['does not import the memory `env.memory`']
  return [...describeShapeProblems(module, { exports, imports }), ...memory]
}

/** The version of the interface, of which only the first number must be known. */
export function describeVersionProblem(exports: OpaExports): string | undefined {
  const [major = 1, minor = 0] = [exports.opa_wasm_abi_version?.value, exports.opa_wasm_abi_minor_version?.value]
  return major === 1 ? undefined : `guest speaks version ${major}.${minor} of OPA's Wasm ABI, where 1 is supported`
}
