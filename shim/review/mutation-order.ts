/**
 * Which members of a mutating entry are asked, in which order: all in theirs, and with `IfNeeded` once more those after whose
 * turn the object changed, as the API server does it for single webhooks.
 * https://pkg.go.dev/k8s.io/apiserver/pkg/admission/plugin/webhook/mutating
 */
export class MutationOrder {
  readonly #count: number
  readonly #isReinvoked: boolean
  readonly #asked = new Set<number>()
  readonly #again = new Set<number>()

  constructor(count: number, reinvocationPolicy: 'Never' | 'IfNeeded' = 'Never') {
    this.#count = count
    this.#isReinvoked = reinvocationPolicy === 'IfNeeded'
  }

  /** The positions of the members whose turn it is, one after the other. */
  *turns(): Iterable<number> {
    for (let member = 0; member < this.#count; member++) yield member
    if (this.#again.size === 0) return
    for (let member = 0; member < this.#count; member++) if (this.#again.has(member)) yield member
  }

  /** To be told of each member that was asked: those asked since the last change, and before this one, see it in a second turn. */
  record(member: number, hasChanged: boolean): void {
    if (!this.#isReinvoked) return
    if (hasChanged) {
      for (const earlier of this.#asked) this.#again.add(earlier)
      this.#asked.clear()
    }
    this.#asked.add(member)
  }
}
