import type { PolicyModule } from '../../module/policy-module.ts'
import { GuestFailure, type GuestHost, type GuestReuse, type Meter } from '../guest.ts'
import { GuestMemory } from '../guest-memory.ts'
import { guestStateOf, keptMemoryOf } from '../guest-state.ts'
import { instantiate } from '../instantiate.ts'
import { MemoryWatch } from '../memory-watch.ts'
import { describeTrap } from '../trap.ts'
import { type Caller, callBuiltin } from './builtin-calls.ts'
import { tableOf } from './builtin-table.ts'
import type { Query } from './builtins/builtin.ts'
import { createQuery } from './builtins/query.ts'
import { readTerminated, readText } from './guest-text.ts'
import { describeOpaProblems, describeVersionProblem, type OpaExports } from './opa-exports.ts'

const PAGE_BYTES = 65_536
const ENTRY_POINT = 0
// 4 MiB: what most requests take.
const SPARE_PAGES = 64
const MAX_ABORT_BYTES = 4096

/** An instance of a module that OPA compiled. https://www.openpolicyagent.org/docs/wasm */
export class OpaInstance {
  readonly #memory = new GuestMemory()
  readonly #watch: MemoryWatch
  readonly #exports: OpaExports
  /** How to let it evaluate again; absent where not all of its state can be put back. */
  readonly reuse: GuestReuse | undefined
  readonly #meter: Meter | undefined
  #host: GuestHost
  #caller: Caller | undefined

  /** Why a module could never be one, as `GuestKind.problemsOf`. */
  static problemsOf(module: WebAssembly.Module): string[] {
    const memory = new WebAssembly.Memory({ initial: 0, maximum: 0 })
    return describeOpaProblems(module, { env: { memory, ...createImports(UNLINKED) } })
  }

  /** Runs the module's start-up code, and finds the built-ins that it needs. @throws GuestFailure */
  constructor(policyModule: PolicyModule, host: GuestHost, meter?: Meter) {
    const { module, memoryInitialBytes, memoryLimitBytes, restorable } = policyModule
    this.#host = host
    this.#meter = meter
    this.#watch = new MemoryWatch(this.#memory, memoryLimitBytes)
    const memory = new WebAssembly.Memory({
      initial: memoryInitialBytes / PAGE_BYTES,
      maximum: memoryLimitBytes / PAGE_BYTES,
    })
    this.#memory.attach(memory)
    const exports = this.#run('guest could not be instantiated: ', () => {
      this.#watch.start()
      const functions = createImports({
        abort: (address) => this.#abort(address),
        print: (address) => this.#host.console(readText(this.#memory, address)),
        call: (id, addresses) => callBuiltin(this.#started(), id, addresses),
      })
      return instantiate(policyModule, { env: { memory, ...functions } }, meter)
    })
    this.#exports = exports as unknown as OpaExports
    const kept = restorable && keptMemoryOf(exports, restorable)
    this.#memory.attach(memory, kept)
    this.#caller = this.#run('', () => this.#findBuiltins(module))
    // one call may take as long as whole policies
    if (![...this.#caller.table.values()].every(({ cost }) => cost)) meter?.refuse()
    this.reuse = restorable &&
      kept && {
        state: guestStateOf(exports, restorable, { memory, marks: kept.marks, sparePages: SPARE_PAGES }),
        serve: (next) => this.#serve(next),
      }
  }

  /** Who answers the call that is under way. */
  get host(): GuestHost {
    return this.#host
  }

  /**
   * Evaluates the module's first entry point and gives the set of its results, as JSON.
   * @param input JSON, in pieces so that a large request is copied once: into the guest
   * @throws GuestFailure
   */
  evaluate(input: readonly Uint8Array[], data: Uint8Array): Uint8Array {
    return this.#run('', () => {
      const { length, address } = this.#write([data])
      const dataValue = this.#exports.opa_json_parse(address, length)
      if (dataValue === 0) throw new GuestFailure('guest could not read its data as JSON')
      const written = this.#write(input)
      const result =
        this.#exports.opa_eval === undefined
          ? this.#evaluateStepwise(written, dataValue)
          : this.#evaluateAtOnce(written, dataValue)
      return readTerminated(this.#memory, result)
    })
  }

  #evaluateAtOnce({ address, length }: Written, data: number): number {
    const heap = this.#exports.opa_heap_ptr_get()
    return this.#exports.opa_eval?.(0, ENTRY_POINT, data, address, length, heap, 0) ?? 0
  }

  // As modules of the ABI's first versions expect it.
  #evaluateStepwise({ address, length }: Written, data: number): number {
    const input = this.#exports.opa_json_parse(address, length)
    if (input === 0) throw new GuestFailure('guest could not read its input as JSON')
    const context = this.#exports.opa_eval_ctx_new()
    this.#exports.opa_eval_ctx_set_input(context, input)
    this.#exports.opa_eval_ctx_set_data(context, data)
    this.#exports.opa_eval_ctx_set_entrypoint?.(context, ENTRY_POINT)
    this.#exports.eval(context)
    return this.#exports.opa_json_dump(this.#exports.opa_eval_ctx_get_result(context))
  }

  #serve(host: GuestHost): void {
    this.#host = host
    this.#watch.start()
    if (this.#caller !== undefined) this.#caller = { ...this.#caller, query: this.#createQuery() }
  }

  #createQuery(): Query {
    return createQuery((text) => this.#host.console(text))
  }

  #findBuiltins(module: WebAssembly.Module): Caller {
    const problem = describeVersionProblem(this.#exports)
    if (problem !== undefined) throw new GuestFailure(problem)
    const declare = () => readText(this.#memory, this.#exports.opa_json_dump(this.#exports.builtins()))
    const table = tableOf(module, declare)
    return { memory: this.#memory, exports: this.#exports, table, query: this.#createQuery(), meter: this.#meter }
  }

  #started(): Caller {
    if (this.#caller === undefined) throw new GuestFailure('guest called a built-in before it was started')
    return this.#caller
  }

  #write(pieces: readonly Uint8Array[]): Written {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const address = this.#exports.opa_malloc(length)
    this.#memory.writeAll(address, pieces)
    return { address, length }
  }

  #abort(address: number): never {
    const text = Buffer.from(readTerminated(this.#memory, address).subarray(0, MAX_ABORT_BYTES)).toString()
    this.#watch.hear(text)
    const explanation = this.#watch.explain({ byTrap: false })
    throw new GuestFailure(`guest aborted: ${text}${explanation === undefined ? '' : `; ${explanation}`}`)
  }

  // Whatever is thrown in here, a GuestFailure comes out.
  #run<T>(prefix: string, action: () => T): T {
    try {
      return action()
    } catch (thrown) {
      throw new GuestFailure(prefix + describeTrap(thrown, this.#watch), { cause: thrown })
    }
  }
}

interface Written {
  readonly address: number
  readonly length: number
}

interface HostFunctions {
  abort(address: number): void
  print(address: number): void
  call(id: number, addresses: readonly number[]): number
}

// Enough to name the imports; nobody calls them.
const UNLINKED: HostFunctions = { abort() {}, print() {}, call: () => 0 }

function createImports({ abort, print, call }: HostFunctions): Record<string, (...args: number[]) => unknown> {
  const withContext = (id = 0, _context = 0, ...addresses: number[]) => call(id, addresses)
  return {
    opa_abort: (address = 0) => abort(address),
    opa_println: (address = 0) => print(address),
    opa_builtin0: withContext,
    opa_builtin1: withContext,
    opa_builtin2: withContext,
    opa_builtin3: withContext,
    opa_builtin4: withContext,
  }
}
