/** Ends an evaluation that costs more than Kubernetes lets one cost. No operator of the language can catch it. */
export class CostExceeded extends Error {}

/** Counts what an evaluation costs, in Kubernetes' own units. */
export class Meter {
  readonly #limit: number
  #spent = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get spent(): number {
    return this.#spent
  }

  /** @throws CostExceeded */
  charge(cost: number): void {
    this.#spent += cost
    if (this.#spent > this.#limit) throw new CostExceeded('operation cancelled: actual cost limit exceeded')
  }
}
