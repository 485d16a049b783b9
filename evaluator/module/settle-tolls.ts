import type { Toll } from './fuel.ts'

/** What is taken where. */
export interface DueToll {
  readonly position: number
  readonly amount: number
}

/** Longer functions pay for themselves. */
const MAX_PREPAID = 200

/** So many calls within each other are followed: code may be made to be followed for long. */
const MAX_DEPTH = 20

/**
 * What is due at each toll of each function. To pay costs more than many a short function does: what turns in no loop and calls
 * nobody but its like is paid for by whoever calls it, as a part of what he pays himself.
 */
export function settleTolls(
  functions: readonly { readonly tolls: readonly Toll[] }[],
  importedFunctions: number,
): DueToll[][] {
  const prepaid = new Prepaid(functions, importedFunctions)
  return functions.map(({ tolls }, index) =>
    prepaid.costOf(importedFunctions + index) === undefined
      ? tolls.map((toll) => ({ position: toll.position, amount: prepaid.amountOf(toll) }))
      : [],
  )
}

class Prepaid {
  readonly #functions: readonly { readonly tolls: readonly Toll[] }[]
  readonly #importedFunctions: number
  /** Of functions that have been looked at: undefined of those that pay for themselves. */
  readonly #costs = new Map<number, number | undefined>()

  constructor(functions: readonly { readonly tolls: readonly Toll[] }[], importedFunctions: number) {
    this.#functions = functions
    this.#importedFunctions = importedFunctions
  }

  /** What a call of the function costs at most, where its caller pays; undefined where it pays itself. */
  costOf(index: number, depth = 0): number | undefined {
    // the host's own work is timed
    if (index < this.#importedFunctions) return 0
    if (this.#costs.has(index)) return this.#costs.get(index)
    // who comes by here again calls himself
    this.#costs.set(index, undefined)
    const cost = depth < MAX_DEPTH ? this.#find(index, depth + 1) : undefined
    this.#costs.set(index, cost)
    return cost
  }

  #find(index: number, depth: number): number | undefined {
    const [toll, ...inLoops] = this.#functions[index - this.#importedFunctions]?.tolls ?? []
    if (toll === undefined || inLoops.length > 0 || toll.chosenCalls > 0 || toll.instructions > MAX_PREPAID)
      return undefined
    if (toll.calls.some((called) => this.costOf(called, depth) === undefined)) return undefined
    const amount = this.amountOf(toll)
    return amount <= MAX_PREPAID ? amount : undefined
  }

  amountOf({ instructions, calls, chosenCalls }: Toll): number {
    const called = calls.reduce((sum, index) => sum + (this.costOf(index) ?? 0), 0)
    // it may be anybody who does not pay himself
    return instructions + called + chosenCalls * MAX_PREPAID
  }
}
