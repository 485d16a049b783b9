import { formatBytes } from '../../util/bytes.ts'
import type { PolicyModule } from '../module/policy-module.ts'
import { CapturedOutput } from '../wasi/captured-output.ts'
import { Descriptors } from '../wasi/descriptors.ts'
import { InputQueue } from '../wasi/input-queue.ts'
import { createWasi, GuestExit } from '../wasi/wasi.ts'
import type { World } from '../wasi/world.ts'
import { MAX_ERROR_BYTES, MAX_RESPONSE_BYTES } from './answer-limits.ts'
import { GuestFailure, type GuestHost, type GuestReuse, type Meter } from './guest.ts'
import { GuestMemory } from './guest-memory.ts'
import { guestStateOf, keptMemoryOf } from './guest-state.ts'
import { instantiate } from './instantiate.ts'
import { MemoryWatch } from './memory-watch.ts'
import { describeTrap, explainMemory } from './trap.ts'
import { hostCallImports } from './wasi-host-call.ts'

// The first of a command's arguments is its own name.
const PROGRAM = 'policy.wasm'

// 8 MiB: a command's start-up code runs for each question, and Go's asks for 4 MiB to begin with.
const SPARE_PAGES = 128

/** What a command is asked, as its argument. */
export type Question = 'validate' | 'validate-settings'

/** How a command ended: with an answer, or with an account of what went wrong. */
export type CommandOutcome = { readonly answer: Uint8Array } | { readonly failure: string }

/** What a command threw; undefined when it returned. */
export type Thrown = { readonly value: unknown } | undefined

/** An instance of a WASI command with its streams; who has it runs it. */
export class Command {
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

  /** What runs the command. */
  get start(): () => void {
    return this.#start as () => void
  }

  /** @param imports its own, or the same in other words */
  instantiate(module: PolicyModule, imports: WebAssembly.Imports, meter?: Meter): void {
    const { restorable } = module
    try {
      const exports = instantiate(module, imports, meter)
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

  /** Puts the question on its command line, before it is run. */
  ask(question: Question): void {
    if (this.#argv.length > 0) throw new GuestFailure('guest was started already')
    this.#argv = [PROGRAM, question]
  }

  /** Whom it asks from now on. */
  turnTo(host: GuestHost): void {
    this.#host = host
  }

  /** Adds to what it can read. */
  feed(input: readonly Uint8Array[]): void {
    this.#stdin.append(...input)
  }

  /** What is to be made of its run, once that has ended. */
  conclude(thrown: Thrown): CommandOutcome {
    const failed = thrown !== undefined && !(thrown.value instanceof GuestExit && thrown.value.code === 0)
    this.#hasFailed = failed
    try {
      const said = this.#readErrors()
      if (failed) return { failure: this.#explain(thrown.value, said) }
      if (said !== '') this.#host.console(`stderr: ${said}`, 'warn')
      return { answer: this.#stdout.bytes }
    } finally {
      this.forget()
    }
  }

  /** Forgets what it has read and said. */
  forget(): void {
    for (const stream of [this.#stdin, this.#stdout, this.#stderr]) stream.clear()
  }

  // As it was before it was started: it can be started again.
  #serve(host: GuestHost): void {
    this.#host = host
    this.#argv = []
    this.#descriptors.reset()
    this.#watch.start()
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
