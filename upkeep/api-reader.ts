import type { KubeClient } from '../kube/requests/kube-client.ts'
import { isRecord } from '../util/record.ts'

/** An object of the API, as far as nobody has looked at it yet. */
export type ApiObject = Readonly<Record<string, unknown>>

/** What is asked of the API server, by path. */
export interface ApiReader {
  readonly server: string
  get(path: string): Promise<ApiObject>
  /** The items of a list; none when the API server does not know the resource. */
  list(path: string): Promise<readonly ApiObject[]>
  /** How far its clock is ahead of ours, in milliseconds; it tells whole seconds. */
  readClockSkewMs(): Promise<number>
}

export function createApiReader(client: KubeClient): ApiReader {
  return {
    server: client.server,
    get: (path) => client.call<ApiObject>({ path }),
    async list(path) {
      const { status } = await client.send({ path: `${path}?limit=1` })
      if (status === 404) return []
      const { items } = await client.call<ApiObject>({ path })
      return Array.isArray(items) ? items.filter(isRecord) : []
    },
    async readClockSkewMs() {
      const askedAt = Date.now()
      const answer = await client.stream({ path: '/version' })
      const answeredAt = Date.now()
      answer.resume()
      const theirs = new Date(answer.headers.date ?? '').getTime()
      // a whole second begins at it: on average its clock is half a second on
      return theirs + 500 - (askedAt + answeredAt) / 2
    },
  }
}
