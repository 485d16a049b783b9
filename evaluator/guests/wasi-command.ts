import type { EvaluationRequest } from '../admission-request.ts'
import type { AdmissionResponse } from '../admission-response.ts'
import { rejectWithInternalError } from '../admission-response.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import { type SettingsVerdict, toSettingsVerdict } from '../settings-response.ts'
import { toAdmissionResponse } from '../validation-response.ts'
import { Command, type CommandOutcome, type Question, type Thrown } from './command.ts'
import type { GuestHost, GuestInstance, GuestKind, GuestReuse, Meter, StartableGuest } from './guest.ts'
import { describeShapeProblems } from './module-shape.ts'
import { Gate, startSuspendable } from './suspension.ts'
import { toValidatePayload } from './validate-payload.ts'

/** Guests that are WASI commands: started for each question, with the question on their input and the answer on their output. */
export const WASI_COMMAND: GuestKind = {
  problemsOf(module) {
    const exports = [
      { name: 'memory', kind: 'memory' },
      { name: '_start', kind: 'function' },
    ] as const
    return describeShapeProblems(module, { exports, imports: new Command(0, SILENT).imports })
  },
  instantiate: (module, host, meter) => new WasiCommand(module, host, meter),
  instantiateStartable: (module) => new StartableCommand(module),
}

const SILENT: GuestHost = { callHost: () => new Uint8Array(), console() {} }

/** A command that runs from its start to its end while the host waits. */
class WasiCommand implements GuestInstance {
  readonly #command: Command

  constructor(module: PolicyModule, host: GuestHost, meter?: Meter) {
    this.#command = new Command(module.memoryLimitBytes, host)
    this.#command.instantiate(module, this.#command.imports, meter)
  }

  get reuse(): GuestReuse | undefined {
    return this.#command.reuse
  }

  validate(request: EvaluationRequest, settings: Uint8Array): AdmissionResponse {
    return toResponse(this.#run('validate', toValidatePayload(request, settings)), request)
  }

  validateSettings(settings: Uint8Array): SettingsVerdict {
    const outcome = this.#run('validate-settings', [settings])
    if ('failure' in outcome) return { valid: false, message: outcome.failure }
    return toSettingsVerdict(outcome.answer, 'Cannot deserialize settings validation response')
  }

  #run(question: Question, input: readonly Uint8Array[]): CommandOutcome {
    this.#command.ask(question)
    this.#command.feed(input)
    return this.#command.conclude(this.#catch(this.#command.start))
  }

  #catch(start: () => void): Thrown {
    try {
      start()
      return undefined
    } catch (value) {
      return { value }
    }
  }
}

// What a clock said before there was a request may be as old as this.
const FRESH_MS = 10_000

/** A command that waits, where it first asks for its input, until there is a request. */
class StartableCommand implements StartableGuest {
  readonly #command: Command
  readonly #gate = new Gate()
  #startedAt = 0
  #ended: Promise<Thrown> | undefined

  constructor(module: PolicyModule) {
    this.#command = new Command(module.memoryLimitBytes, SILENT)
    this.#command.instantiate(module, this.#gate.before(this.#command.imports))
  }

  get reuse(): GuestReuse | undefined {
    return this.#command.reuse
  }

  get isStale(): boolean {
    return this.#gate.hasTold && performance.now() - this.#startedAt > FRESH_MS
  }

  async start(): Promise<boolean> {
    const reached = this.#gate.close()
    const ended = this.#run()
    return await Promise.race([reached.then(() => true), ended.then(() => false)])
  }

  async cancel(): Promise<void> {
    this.#gate.refuse()
    await this.#ended
    this.#ended = undefined
    this.#command.forget()
  }

  async validate(host: GuestHost, request: EvaluationRequest, settings: Uint8Array): Promise<AdmissionResponse> {
    this.#command.turnTo(host)
    this.#command.feed(toValidatePayload(request, settings))
    this.#gate.open()
    const thrown = await (this.#ended ?? this.#run())
    this.#ended = undefined
    return toResponse(this.#command.conclude(thrown), request)
  }

  #run(): Promise<Thrown> {
    this.#startedAt = performance.now()
    this.#command.ask('validate')
    this.#ended = startSuspendable(this.#command.start).then(
      () => undefined,
      (value: unknown) => ({ value }),
    )
    return this.#ended
  }
}

function toResponse(outcome: CommandOutcome, request: EvaluationRequest): AdmissionResponse {
  // what the command says of its failure is what users read, without a word before it
  if ('failure' in outcome) return rejectWithInternalError(request.uid, outcome.failure)
  return toAdmissionResponse(outcome.answer, request, 'Cannot deserialize policy validation response')
}
