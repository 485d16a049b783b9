import { messageOf } from '../../util/errors.ts'
import { backoffMs } from '../backoff.ts'
import { isKubeError } from '../requests/kube-error.ts'
import { sleep } from '../sleep.ts'
import { listObjects, pathOf } from './list.ts'
import type { ListWatchOptions } from './list-watch-options.ts'
import { readLines } from './read-lines.ts'
import { Store } from './store.ts'
import { parseWatchEvent, type WatchEvent } from './watch-event.ts'

/** The API server ends a watch after this. */
const WATCH_SECONDS = 300
/** It sends a bookmark each minute; a stream that is silent for longer has lost its other end without a word. */
const MAX_SILENCE_MS = 150_000
/** An API server that shuts down may end every watch as soon as it began. */
const MIN_WATCH_MS = 1000

/** A copy of a collection that follows the API server, through its restarts and ours, until it is disposed. */
export class StartedListWatch<T> implements AsyncDisposable {
  readonly #options: ListWatchOptions<T>
  readonly #store: Store<T>
  readonly #stop = new AbortController()
  readonly #synced = Promise.withResolvers<void>()
  readonly #loop: Promise<void>
  #isSynced = false
  #connectedAt: number | undefined
  /** Absent: everything has to be listed. */
  #version: string | undefined
  #failures = 0

  constructor(options: ListWatchOptions<T>) {
    this.#options = options
    this.#store = new Store(options.read, (change) => options.onChange?.(change))
    this.#synced.promise.catch(() => {}) // nobody has to wait for it
    this.#loop = this.#run()
  }

  get items(): ReadonlyMap<string, T> {
    return this.#store.items
  }

  /** Whether the whole collection was read at least once. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  /** For how long nothing can have been heard of changes; 0 while the watch is open, infinite before the first one. */
  get silentForMs(): number {
    if (this.#connectedAt === undefined) return Number.POSITIVE_INFINITY
    return Math.max(0, performance.now() - this.#connectedAt)
  }

  /** Resolves when the whole collection was read; rejects when it is disposed before. */
  waitUntilSynced(): Promise<void> {
    return this.#synced.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#loop
    this.#synced.reject(new Error('it was stopped before it was synced'))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { log, collection } = this.#options
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list()
        await this.#watch(this.#version)
      } catch (error) {
        if (signal.aborted) return
        const retryMs = Math.round(backoffMs(this.#failures))
        this.#failures += 1
        const fields = { path: collection.path, error: messageOf(error), retryMs }
        log.warn(fields, 'cannot follow the API server; what is known may be old')
        await sleep(retryMs, signal)
      }
    }
  }

  async #list(): Promise<string> {
    const { client, collection } = this.#options
    const { items, resourceVersion } = await listObjects(client, collection, this.#stop.signal)
    this.#store.replace(items)
    this.#isSynced = true
    this.#synced.resolve()
    return resourceVersion
  }

  /** Follows until the stream ends: by itself, which is ordinary, or because the version is too old. */
  async #watch(resourceVersion: string): Promise<void> {
    const { client, collection } = this.#options
    const query = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(WATCH_SECONDS), resourceVersion }
    const { signal } = this.#stop
    const stream = await client.stream({ path: pathOf(collection, query), signal }).catch((error) => {
      if (!isKubeError(error, 410)) throw error
      this.#version = undefined
      return undefined
    })
    if (stream === undefined) return
    const timer = setTimeout(() => stream.destroy(new Error('the watch was silent for too long')), MAX_SILENCE_MS)
    this.#connectedAt = Number.POSITIVE_INFINITY
    const startedAt = performance.now()
    let events = 0
    try {
      for await (const line of readLines(stream)) {
        timer.refresh()
        this.#take(parseWatchEvent(line))
        events += 1
      }
    } finally {
      clearTimeout(timer)
      this.#connectedAt = performance.now()
    }
    if (events === 0 && performance.now() - startedAt < MIN_WATCH_MS) throw new Error('the watch ended at once')
  }

  #take(event: WatchEvent): void {
    if (event.type === 'ERROR') {
      this.#version = undefined
      if (event.status === 410) return
      throw new Error(`the watch ended with ${event.status}: ${event.message}`)
    }
    // it works: the next failure is the first one again
    this.#failures = 0
    this.#version = event.object.metadata.resourceVersion
    if (event.type === 'DELETED') this.#store.delete(event.object)
    else if (event.type !== 'BOOKMARK') this.#store.set(event.object)
  }
}
