import type { ListWatchOptions } from './list-watch-options.ts'
import { StartedListWatch } from './started-list-watch.ts'

/** A copy of a collection that follows the API server, not started yet. */
export class ListWatch<T> {
  readonly #options: ListWatchOptions<T>

  constructor(options: ListWatchOptions<T>) {
    this.#options = options
  }

  /** Returns at once: the API server may be down, and may be waiting for us. */
  start(): StartedListWatch<T> {
    return new StartedListWatch(this.#options)
  }
}
