import type { PolicyModule } from '../../evaluator/module/policy-module.ts'

/** A request longer than this is read by no policy in as little time as there is. */
const MAX_REQUEST_BYTES = 64 * 1024

// Its image is taken within the first request.
const MAX_MEMORY_BYTES = 4 * 1024 * 1024

/** Slower than this is slow. So many more of them than of others, and it is no accident: the first ones wait for code to be compiled. */
const SLOW_MS = 1
const MAX_SLOW = 8

const FIRST_REST_MS = 60_000
const MAX_REST_MS = 60 * 60_000

/** How a policy has kept pace with the front, and whether it may go on there. */
export class Pace {
  readonly #isSuited: boolean
  #slow = 0
  /** Requests of at least so many bytes rest until then. */
  #restingBytes = Number.POSITIVE_INFINITY
  #restsUntil = 0
  #restMs = FIRST_REST_MS

  constructor(module: PolicyModule) {
    this.#isSuited = isSuited(module)
  }

  /** @param now as `performance.now()` tells it */
  allows(requestBytes: number, now: number): boolean {
    if (!this.#isSuited || requestBytes > MAX_REQUEST_BYTES) return false
    if (now >= this.#restsUntil) this.#restingBytes = Number.POSITIVE_INFINITY
    return requestBytes < this.#restingBytes
  }

  record(tookMs: number, now: number): void {
    this.#slow = tookMs > SLOW_MS ? this.#slow + 1 : Math.max(0, this.#slow - 1)
    if (this.#slow < MAX_SLOW) return
    this.#slow = 0
    this.recordFailure(0, now)
  }

  /** It took too long for a request of that size: it, and larger ones, rest; longer each time. */
  recordFailure(requestBytes: number, now: number): void {
    this.#restingBytes = Math.min(this.#restingBytes, requestBytes)
    this.#restsUntil = now + this.#restMs
    this.#restMs = Math.min(this.#restMs * 2, MAX_REST_MS)
  }
}

// Commands start their program for each question, and sleeping would stop everybody.
function isSuited({ executionMode, restorable, memoryInitialBytes, module }: PolicyModule): boolean {
  return (
    executionMode !== 'wasi' &&
    restorable !== undefined &&
    memoryInitialBytes <= MAX_MEMORY_BYTES &&
    !WebAssembly.Module.imports(module).some(({ name }) => name === 'poll_oneoff')
  )
}
