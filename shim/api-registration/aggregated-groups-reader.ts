import type { KubeClient, KubeObject } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import { type AggregatedGroups, findAggregatedGroups, NO_AGGREGATED_GROUPS } from '../../plugin/aggregated-groups.ts'
import type { Log } from '../../util/log.ts'

/** From the API server's memory: what is missed now is seen by the next look. */
const PATH = '/apis/apiregistration.k8s.io/v1/apiservices?resourceVersion=0'

interface ApiServiceList {
  readonly items: readonly (KubeObject & { readonly spec?: unknown })[]
}

/** Reads which groups other servers answer for, and logs when they are others than before. */
export class AggregatedGroupsReader {
  readonly #client: KubeClient
  readonly #log: Log
  #said = JSON.stringify(NO_AGGREGATED_GROUPS)

  constructor(client: KubeClient, log: Log) {
    this.#client = client
    this.#log = log
  }

  /** Without the right to read them, or without an aggregator, there are none. */
  async read(): Promise<AggregatedGroups> {
    try {
      const { items } = await this.#client.call<ApiServiceList>({ path: PATH })
      const found = findAggregatedGroups(items)
      this.#tell(
        JSON.stringify(found),
        'other servers answer for these groups: wildcards leave out those that are whole',
        {
          ...found,
        },
      )
      return found
    } catch (error) {
      if (!isKubeError(error, 403, 404)) throw error
      this.#tell(error.message, 'it is not known which groups other servers answer for; wildcards leave none out', {
        error: error.message,
      })
      return NO_AGGREGATED_GROUPS
    }
  }

  #tell(state: string, message: string, fields: Record<string, unknown>): void {
    if (state === this.#said) return
    this.#said = state
    this.#log.warn(fields, message)
  }
}
