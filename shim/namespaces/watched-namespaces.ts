import type { Labels } from '../../evaluator/matching/label-selector.ts'
import { ListWatch } from '../../kube/list-watch/list-watch.ts'
import type { StartedListWatch } from '../../kube/list-watch/started-list-watch.ts'
import type { KubeClient, KubeObject } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { NamespaceLabels } from './namespace-labels.ts'

export interface WatchedNamespacesOptions {
  readonly client: KubeClient
  readonly log: Log
  /** After how long without a watch what is known counts no more; 10 s by default. */
  readonly maxSilenceMs?: number
}

const MAX_SILENCE_MS = 10_000
/** As long as the API server's own webhook plugin would not wait either. */
const TIMEOUT_MS = 5000

/**
 * Namespaces as a watch tells of them. As in the API server, a namespace that the watch does not know is asked for once, live: it
 * may have been made a moment ago. Unlike there, so is every namespace while the watch is broken: a shim can lose its API
 * server, and must not go on deciding by what it knew an hour ago.
 */
export class WatchedNamespaces implements NamespaceLabels, AsyncDisposable {
  readonly #options: WatchedNamespacesOptions
  readonly #watch: StartedListWatch<Labels>

  private constructor(options: WatchedNamespacesOptions) {
    this.#options = options
    this.#watch = new ListWatch({
      client: options.client,
      collection: { path: '/api/v1/namespaces' },
      read: labelsOfObject,
      log: options.log,
    }).start()
  }

  /** Returns at once; until the first list has arrived nothing is known, and everybody is told so. */
  static start(options: WatchedNamespacesOptions): WatchedNamespaces {
    return new WatchedNamespaces(options)
  }

  get isSynced(): boolean {
    return this.#watch.isSynced
  }

  waitUntilSynced(): Promise<void> {
    return this.#watch.waitUntilSynced()
  }

  async labelsOf(namespace: string, signal?: AbortSignal): Promise<Labels> {
    if (!this.#watch.isSynced)
      throw unknown(namespace, `the list of namespaces has not arrived from ${this.#options.client.server} yet`)
    // the path would be that of all namespaces; a deletion of all of them names none
    if (namespace === '') throw unknown(namespace, 'the request names none')
    const { maxSilenceMs = MAX_SILENCE_MS } = this.#options
    const known = this.#watch.silentForMs <= maxSilenceMs ? this.#watch.items.get(namespace) : undefined
    return known ?? this.#ask(namespace, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch[Symbol.asyncDispose]()
  }

  async #ask(namespace: string, signal: AbortSignal | undefined): Promise<Labels> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`
    try {
      return labelsOfObject(await this.#options.client.call({ path, signal, timeoutMs: TIMEOUT_MS }))
    } catch (error) {
      signal?.throwIfAborted()
      if (isKubeError(error, 404))
        throw new GatehouseError('ERR_NAMESPACE_NOT_FOUND', error.statusMessage, { cause: error })
      throw unknown(namespace, messageOf(error), error)
    }
  }
}

function labelsOfObject({ metadata }: KubeObject): Labels {
  return metadata.labels ?? {}
}

function unknown(namespace: string, why: string, cause?: unknown): GatehouseError {
  const message = `the labels of the namespace ${JSON.stringify(namespace)} are not known: ${why}`
  return new GatehouseError('ERR_NAMESPACES_UNKNOWN', message, { cause })
}
