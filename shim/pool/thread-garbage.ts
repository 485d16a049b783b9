import { getHeapStatistics } from 'node:v8'
import { findCollector, giveBackGarbage } from '../garbage.ts'

// A collection takes a core for as long as several evaluations: it is for moments in which nobody has asked for so long,
const REST_MS = 1000
// and for no less than this.
const WORTH_BYTES = 8 * 1024 * 1024

/** Gives back what an evaluator thread has no need of: its start's garbage once, and what a load has left when that is over. */
export class ThreadGarbage {
  readonly #collect = findCollector()
  /** What the thread held when it had given back what it could; nothing before that. */
  #kept = 0
  #restsSince = 0
  #timer: NodeJS.Timeout | undefined

  /** The thread is ready, and nobody has asked it yet. */
  begin(): void {
    this.#rest()
  }

  /** Its answers have left. What its start has left behind goes now, as it may not come to rest for long. */
  answered(): void {
    if (this.#kept === 0) this.#giveBack()
    this.#rest()
  }

  // One timer, whatever the number of answers; none once it has rested for long.
  #rest(): void {
    this.#restsSince = performance.now()
    if (this.#timer === undefined) this.#look(REST_MS)
  }

  #look(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const left = this.#restsSince + REST_MS - performance.now()
      if (left > 1) this.#look(left)
      else if (heldBytes() - this.#kept >= WORTH_BYTES) this.#giveBack()
    }, ms).unref()
  }

  #giveBack(): void {
    giveBackGarbage(this.#collect)
    this.#kept = heldBytes()
  }
}

/** Of V8's heap, and of what hangs on it: buffers, and the memories of guests. */
function heldBytes(): number {
  const { total_physical_size, external_memory } = getHeapStatistics()
  return total_physical_size + external_memory
}
