import { formatBytes } from '../../util/bytes.ts'
import type { EvaluationRequest } from '../admission-request.ts'
import { type AdmissionResponse, rejectWithInternalError } from '../admission-response.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import { type SettingsVerdict, toSettingsVerdict } from '../settings-response.ts'
import { toAdmissionResponse } from '../validation-response.ts'
import { CapturedOutput } from '../wasi/captured-output.ts'
import { Descriptors } from '../wasi/descriptors.ts'
import { InputQueue } from '../wasi/input-queue.ts'
import { createWasi, GuestExit } from '../wasi/wasi.ts'
import type { World } from '../wasi/world.ts'
import { MAX_ERROR_BYTES, MAX_RESPONSE_BYTES } from './answer-limits.ts'
import {
  GuestFailure,
  type GuestHost,
  type GuestInstance,
  type GuestKind,
  type GuestReuse,
  type Meter,
} from './guest.ts'
import { GuestMemory } from './guest-memory.ts'
import { guestStateOf, keptMemoryOf } from './guest-state.ts'
import { instantiate } from './instantiate.ts'
import { MemoryWatch } from './memory-watch.ts'
import { describeShapeProblems } from './module-shape.ts'
import { describeTrap, explainMemory } from './trap.ts'
import { toValidatePayload } from './validate-payload.ts'
import { hostCallImports } from './wasi-host-call.ts'

// The first of a command's arguments is its own name.
const PROGRAM = 'policy.wasm'

/** Guests that are WASI commands: started for each question, with the question on their input and the answer on their output. */
export const WASI_COMMAND: GuestKind = {
  problemsOf(module) {
    const exports = [
      { name: 'memory', kind: 'memory' },
      { name: '_start', kind: 'function' },
    ] as const
    const silent: GuestHost = { callHost: () => new Uint8Array(), console() {} }
    return describeShapeProblems(module, { exports, imports: new WasiCommand(0, silent).imports })
  },
  instantiate(module, host, meter) {
    const command = new WasiCommand(module.memoryLimitBytes, host)
    command.instantiate(module, meter)
    return command
  },
}

// 8 MiB: a command's start-up code runs for each question, and Go's asks for 4 MiB to begin with.
const SPARE_PAGES = 128

/** How a command ended: with an answer, or with an account of what went wrong. */
type Outcome = { readonly answer: Uint8Array } | { readonly failure: string }

class WasiCommand implements GuestInstance {
  readonly imports: WebAssembly.Imports
  readonly #memory = new GuestMemory()
  readonly #watch: MemoryWatch
  readonly #descriptors: Descriptors
  readonly #stdin = new InputQueue()
  readonly #stdout = new CapturedOutput(MAX_RESPONSE_BYTES)
  readonly #stderr = new CapturedOutput(MAX_ERROR_BYTES)
  #host: GuestHost
  #reuse: GuestReuse | undefined
  #argv: readonly string[] = []
  #hasFailed = false
  #start: unknown

  constructor(memoryLimitBytes: number, host: GuestHost) {
    this.#host = host
    this.#watch = new MemoryWatch(this.#memory, memoryLimitBytes)
    const world = this.#createWorld()
    this.#descriptors = new Descriptors(world)
    const current: GuestHost = { callHost: (...call) => this.#host.callHost(...call), console() {} }
    this.imports = {
      ...createWasi(this.#memory, world, this.#descriptors),
      ...hostCallImports(this.#memory, this.#stdin, current),
    }
  }

  get reuse(): GuestReuse | undefined {
    return this.#hasFailed ? undefined : this.#reuse
  }

  instantiate(module: PolicyModule, meter?: Meter): void {
    const { restorable } = module
    try {
      const exports = instantiate(module, this.imports, meter)
      const memory = exports['memory'] as WebAssembly.Memory
      const kept = restorable && keptMemoryOf(exports, restorable)
      this.#memory.attach(memory, kept)
      this.#start = exports['_start']
      if (restorable === undefined || kept === undefined || this.#descriptors.changes > 0) return
      const state = guestStateOf(exports, restorable, { memory, marks: kept.marks, sparePages: SPARE_PAGES })
      this.#reuse = { state, serve: (host) => this.#serve(host) }
    } catch (thrown) {
      throw new GuestFailure(`guest could not be instantiated: ${describeTrap(thrown, this.#watch)}`, { cause: thrown })
    } finally {
      this.#watch.start()
    }
  }

  // As it was before it was started: it can be started again.
  #serve(host: GuestHost): void {
    this.#host = host
    this.#argv = []
    this.#descriptors.reset()
    this.#watch.start()
  }

  validate(request: EvaluationRequest, settings: Uint8Array): AdmissionResponse {
    const outcome = this.#run('validate', toValidatePayload(request, settings))
    // what the command says of its failure is what users read, without a word before it
    if ('failure' in outcome) return rejectWithInternalError(request.uid, outcome.failure)
    return toAdmissionResponse(outcome.answer, request, 'Cannot deserialize policy validation response')
  }

  validateSettings(settings: Uint8Array): SettingsVerdict {
    const outcome = this.#run('validate-settings', [settings])
    if ('failure' in outcome) return { valid: false, message: outcome.failure }
    return toSettingsVerdict(outcome.answer, 'Cannot deserialize settings validation response')
  }

  #run(question: string, input: readonly Uint8Array[]): Outcome {
    if (this.#argv.length > 0) throw new GuestFailure('guest was started already')
    this.#argv = [PROGRAM, question]
    this.#stdin.append(...input)
    try {
      const thrown = this.#catch(this.#start as () => void)
      this.#hasFailed = thrown !== undefined
      const said = this.#readErrors()
      if (thrown !== undefined) return { failure: this.#explain(thrown.value, said) }
      if (said !== '') this.#host.console(`stderr: ${said}`, 'warn')
      return { answer: this.#stdout.bytes }
    } finally {
      for (const stream of [this.#stdin, this.#stdout, this.#stderr]) stream.clear()
    }
  }

  // Undefined when the command succeeded: it returned, or exited with 0.
  #catch(start: () => void): { readonly value: unknown } | undefined {
    try {
      start()
      return undefined
    } catch (value) {
      return value instanceof GuestExit && value.code === 0 ? undefined : { value }
    }
  }

  // Its own words where it had any, which may not know that memory ran out; or else what stopped it.
  #explain(thrown: unknown, said: string): string {
    for (const line of said.split('\n')) this.#watch.hear(line)
    const cause = describeTrap(thrown, this.#watch)
    if (said === '') return cause
    if (!(thrown instanceof GuestExit)) this.#host.console(cause, 'warn')
    const shortage = explainMemory(thrown, this.#watch)
    return shortage === undefined ? said : `${said}; ${shortage}`
  }

  #readErrors(): string {
    const { bytes, written } = this.#stderr
    const text = new TextDecoder().decode(bytes).trim()
    return written <= MAX_ERROR_BYTES ? text : `${text}… (${formatBytes(written)} in all)`
  }

  // The command line becomes known with the question.
  #createWorld(): World {
    const argv = (): readonly string[] => this.#argv
    const stdout = this.#stdout
    return {
      get argv() {
        return argv()
      },
      stdin: this.#stdin,
      stdout: {
        write(bytes) {
          stdout.write(bytes)
          if (stdout.written > MAX_RESPONSE_BYTES)
            throw new GuestFailure(`guest answered with more than ${MAX_RESPONSE_BYTES} bytes`)
        },
      },
      stderr: this.#stderr,
    }
  }
}
