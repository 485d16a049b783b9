import type { EvaluationRequest } from '../admission-request.ts'
import type { AdmissionResponse } from '../admission-response.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import { type SettingsVerdict, toSettingsVerdict } from '../settings-response.ts'
import { toAdmissionResponse } from '../validation-response.ts'
import { Descriptors } from '../wasi/descriptors.ts'
import { StandardStreams } from '../wasi/standard-streams.ts'
import { createWasi, GuestExit } from '../wasi/wasi.ts'
import {
  GuestFailure,
  type GuestHost,
  type GuestInstance,
  type GuestKind,
  type GuestReuse,
  type Meter,
} from './guest.ts'
import { GuestMemory, lengthOf } from './guest-memory.ts'
import { guestStateOf, keptMemoryOf } from './guest-state.ts'
import { instantiate } from './instantiate.ts'
import { MemoryWatch } from './memory-watch.ts'
import { describeShapeProblems } from './module-shape.ts'
import { describeTrap } from './trap.ts'
import { toValidatePayload } from './validate-payload.ts'
import { createExchange, type WapcExchange, wapcImports } from './wapc-exchange.ts'

// Enough to name the imports; nobody calls them.
const SILENT: GuestHost = { callHost: () => new Uint8Array(), console() {} }

const NO_OPERATION = new Uint8Array()
const VALIDATE = Buffer.from('validate')
const VALIDATE_SETTINGS = Buffer.from('validate_settings')
const PROTOCOL_VERSION = Buffer.from('protocol_version')

// `_initialize` is none of them: the reference host does not call it either.
const STARTERS = ['_start', 'wapc_init'] as const

/** Guests that speak waPC, Kubewarden's default. https://wapc.io/docs/spec/ */
export const WAPC: GuestKind = {
  problemsOf(module) {
    const exports = [
      { name: 'memory', kind: 'memory' },
      { name: '__guest_call', kind: 'function' },
    ] as const
    return describeShapeProblems(module, { exports, imports: new WapcGuest(0, SILENT).imports })
  },
  instantiate(module, host, meter) {
    const guest = new WapcGuest(module.memoryLimitBytes, host)
    guest.start(module, meter)
    return guest
  },
}

/** What a guest answers when it is asked which version of Kubewarden's protocol it speaks. @throws GuestFailure */
export function askProtocolVersion(module: PolicyModule): Uint8Array {
  const guest = new WapcGuest(module.memoryLimitBytes, SILENT)
  guest.start(module)
  return guest.protocolVersion()
}

// 4 MiB: what most guests take that read an object of 100 KiB, of which the API server makes a request of twice that. Memory that
// nobody has written to is none.
const SPARE_PAGES = 64

class WapcGuest implements GuestInstance {
  readonly imports: WebAssembly.Imports
  readonly #memory = new GuestMemory()
  readonly #watch: MemoryWatch
  readonly #streams: StandardStreams
  readonly #descriptors: Descriptors
  #host: GuestHost
  #reuse: GuestReuse | undefined
  #exchange = createExchange(NO_OPERATION, [])
  #exports: Record<string, unknown> = {}

  constructor(memoryLimitBytes: number, host: GuestHost) {
    this.#host = host
    this.#watch = new MemoryWatch(this.#memory, memoryLimitBytes)
    const console = (line: string): void => {
      this.#watch.hear(line)
      this.#host.console(line)
    }
    this.#streams = new StandardStreams(console)
    this.#descriptors = new Descriptors(this.#streams)
    const current: GuestHost = { callHost: (...call) => this.#host.callHost(...call), console }
    this.imports = {
      wapc: wapcImports(() => this.#exchange, this.#memory, current),
      ...createWasi(this.#memory, this.#streams, this.#descriptors),
    }
  }

  get reuse(): GuestReuse | undefined {
    return this.#descriptors.changes === 0 ? this.#reuse : undefined
  }

  start(module: PolicyModule, meter?: Meter): void {
    const { restorable } = module
    this.#run('guest could not be instantiated: ', () => {
      this.#exports = instantiate(module, this.imports, meter)
    })
    const memory = this.#exports['memory'] as WebAssembly.Memory
    const kept = restorable && keptMemoryOf(this.#exports, restorable)
    this.#memory.attach(memory, kept)
    this.#watch.start()
    for (const starter of STARTERS) this.#runStarter(starter)
    this.#reuse = restorable &&
      kept && {
        state: guestStateOf(this.#exports, restorable, { memory, marks: kept.marks, sparePages: SPARE_PAGES }),
        serve: (host) => this.#serve(host),
      }
  }

  #serve(host: GuestHost): void {
    this.#host = host
    this.#watch.start()
  }

  validate(request: EvaluationRequest, settings: Uint8Array): AdmissionResponse {
    return toAdmissionResponse(this.#call(VALIDATE, toValidatePayload(request, settings)), request)
  }

  validateSettings(settings: Uint8Array): SettingsVerdict {
    return toSettingsVerdict(this.#call(VALIDATE_SETTINGS, [settings]))
  }

  protocolVersion(): Uint8Array {
    return this.#call(PROTOCOL_VERSION, [])
  }

  #runStarter(name: string): void {
    const starter = this.#exports[name]
    if (typeof starter !== 'function') return
    this.#run(`guest failed in ${name}: `, () => {
      try {
        starter()
      } catch (thrown) {
        // TinyGo ends its start-up code this way, and expects to be called afterwards
        if (!(thrown instanceof GuestExit) || thrown.code !== 0) throw thrown
      }
    })
  }

  #call(operation: Uint8Array, payload: readonly Uint8Array[]): Uint8Array {
    const exchange = createExchange(operation, payload)
    this.#exchange = exchange
    const guestCall = this.#exports['__guest_call'] as (operationLength: number, payloadLength: number) => unknown
    try {
      return this.#run('Guest call failure: ', () =>
        readOutcome(guestCall(operation.length, lengthOf(payload)), exchange),
      )
    } finally {
      // an instance may wait long for its next request; this one need not be kept for as long
      this.#exchange = createExchange(NO_OPERATION, [])
    }
  }

  // Whatever is thrown in here, a GuestFailure comes out; lines that the guest left unfinished are let go first.
  #run<T>(prefix: string, action: () => T): T {
    try {
      return action()
    } catch (thrown) {
      this.#streams.flush()
      throw new GuestFailure(prefix + this.#describe(thrown), { cause: thrown })
    } finally {
      this.#streams.flush()
    }
  }

  // AssemblyScript's guests say what is wrong, and trap; others return.
  #describe(thrown: unknown): string {
    const { guestError } = this.#exchange
    const text = describeTrap(thrown, this.#watch)
    return thrown instanceof GuestFailure || guestError === undefined ? text : `${text}; guest reported: ${guestError}`
  }
}

function readOutcome(returned: unknown, { guestResponse, guestError }: WapcExchange): Uint8Array {
  if (typeof returned !== 'number') throw new GuestFailure('`__guest_call` does not return an i32')
  const isSuccess = returned !== 0
  if (isSuccess && guestResponse !== undefined) return guestResponse
  if (guestError !== undefined) throw new GuestFailure(guestError)
  throw new GuestFailure(
    isSuccess ? 'No error message OR response set for call success' : 'No error message set for call failure',
  )
}
