import { setFlagsFromString } from 'node:v8'
import { REALTIME } from '../wasi/clocks.ts'
import { GuestFailure } from './guest.ts'

type Import = (...args: number[]) => unknown

/** https://github.com/WebAssembly/js-promise-integration: a guest's stack can be set aside while the host has no answer yet. */
const { Suspending, promising } = WebAssembly as unknown as {
  readonly Suspending: new (imported: Import) => Import
  promising(exported: () => void): () => Promise<void>
}

// Such a stack is as large as the smaller of the two says, of which the second is for threads that begin later, too: Node gives its own
// 4 MiB whatever it says. Only what is used of it is memory.
setFlagsFromString('--wasm-stack-switching-stack-size=4096')
setFlagsFromString('--stack-size=3900')

/** Runs an export whose instance was given imports of a `Gate`. */
export function startSuspendable(start: () => void): Promise<void> {
  return promising(start)()
}

// What depends on there being a request: its text, and what the host says. Who sleeps does so then, too.
const WAITS: ReadonlySet<string> = new Set(['fd_read', 'poll_oneoff', 'call'])

/** Where a guest that was started without a request waits for one. Open at first. */
export class Gate {
  #isOpen = true
  /** The guest has been told what time it is, before it came here. */
  #hasTold = false
  #reached = Promise.withResolvers<void>()
  #pass = Promise.withResolvers<void>()

  get hasTold(): boolean {
    return this.#hasTold
  }

  /** The same imports, some of which the guest does not get past while the gate is closed. */
  before(imports: WebAssembly.Imports): WebAssembly.Imports {
    return Object.fromEntries(
      Object.entries(imports).map(([name, functions]) => [name, this.#beforeEach(functions as Record<string, Import>)]),
    )
  }

  /** Resolves when the guest has come here. */
  close(): Promise<void> {
    this.#isOpen = false
    this.#hasTold = false
    this.#reached = Promise.withResolvers()
    this.#pass = Promise.withResolvers()
    return this.#reached.promise
  }

  /** Lets the guest go on, which it does before the event loop turns. */
  open(): void {
    this.#isOpen = true
    this.#pass.resolve()
  }

  /** Ends a guest that waits. V8 does not collect a stack that was set aside, nor what it holds, unless it goes on. */
  refuse(): void {
    this.#isOpen = true
    this.#pass.reject(new GuestFailure('guest was not needed'))
  }

  #beforeEach(functions: Readonly<Record<string, Import>>): Record<string, Import> {
    return Object.fromEntries(
      Object.entries(functions).map(([name, imported]) => {
        if (WAITS.has(name)) return [name, new Suspending((...args) => this.#wait(() => imported(...args)))]
        return [name, name === 'clock_time_get' ? this.#noting(imported) : imported]
      }),
    )
  }

  #noting(imported: Import): Import {
    return (...args: number[]) => {
      if (args[0] === REALTIME) this.#hasTold ||= !this.#isOpen
      return imported(...args)
    }
  }

  #wait(call: () => unknown): unknown {
    if (this.#isOpen) return call()
    this.#reached.resolve()
    return this.#pass.promise.then(call)
  }
}
