import type { Meter } from '../guests/guest.ts'

/** What one evaluation may take of a thread. */
export interface BudgetLimits {
  /** Instructions of the guest, more or less. */
  readonly fuel: number
  /** Of the processor, at most twice as much; looked at whenever the guest calls its host, whose work no fuel is taken for. */
  readonly timeMs: number
}

/** Stops guests that take more than their thread can give, wherever they are. For one evaluation at a time. */
export class Budget implements Meter {
  readonly #limits: BudgetLimits
  readonly #fuel: bigint
  #tank: WebAssembly.Global | undefined
  #endsAt = 0
  /** The processor time of this thread when the evaluation had first taken all its time. */
  #usedBeforeMs: number | undefined
  #isStopped = false

  constructor(limits: BudgetLimits) {
    this.#limits = limits
    this.#fuel = BigInt(limits.fuel)
  }

  /** An evaluation begins. */
  begin(): void {
    this.#tank = undefined
    this.#isStopped = false
    this.#usedBeforeMs = undefined
    this.#endsAt = performance.now() + this.#limits.timeMs
  }

  /** Whether the evaluation took more than there was: then its outcome means nothing. */
  get isSpent(): boolean {
    return this.#isStopped || (this.#tank !== undefined && this.#tank.value < 0n)
  }

  fill(fuel: WebAssembly.Global): void {
    // start-up code that used up its share has failed; only the last one need be looked at
    this.#tank = fuel
    fuel.value = this.#fuel
  }

  spend(fuel: number): void {
    if (this.#tank === undefined || !(fuel <= this.#limits.fuel)) this.refuse()
    const left = BigInt(this.#tank.value) - BigInt(Math.ceil(fuel))
    this.#tank.value = left
    if (left < 0n) this.refuse()
  }

  watch(imports: WebAssembly.Imports): WebAssembly.Imports {
    return mapValues(imports, (functions) => mapValues(functions, (value) => this.#watchOne(value)))
  }

  #watchOne<T>(value: T): T | ((...args: unknown[]) => unknown) {
    if (typeof value !== 'function') return value
    return (...args: unknown[]): unknown => {
      const result: unknown = value(...args)
      if (performance.now() >= this.#endsAt) this.#checkTime()
      return result
    }
  }

  // Time may have passed because others had the processor, for which no guest is to blame: what this thread has used of it, it
  // is asked for only then.
  #checkTime(): void {
    const { timeMs } = this.#limits
    const usedMs = threadCpuMs()
    this.#usedBeforeMs ??= usedMs
    if (usedMs - this.#usedBeforeMs >= timeMs) this.refuse()
    this.#endsAt = performance.now() + timeMs
  }

  refuse(): never {
    // a guest may catch it, and carry on to its next call
    this.#isStopped = true
    throw new Error('the evaluation takes more than its thread can give')
  }
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
