import { hostname } from 'node:os'
import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import type { Log } from '../../util/log.ts'
import { DenialEvents } from '../events/denial-events.ts'
import type { NamespaceLabels } from '../namespaces/namespace-labels.ts'
import { WatchedNamespaces } from '../namespaces/watched-namespaces.ts'
import { checkUser } from './check-user.ts'
import { connectApiServer } from './connect-api-server.ts'

export interface ApiServerLinkOptions {
  readonly kubeconfig?: string
  readonly selectors?: SelectorsBy
  readonly events?: boolean
}

/** What the shim knows from the API server, and how it asks more; nothing of it without a kubeconfig. */
export interface ApiServerLink {
  readonly client?: KubeClient
  /** Given when the shim decides namespaceSelectors. */
  readonly namespaces?: NamespaceLabels
  /** Given when denials are told as Events. */
  readonly events?: DenialEvents
}

/**
 * Starts what needs the API server, and waits for none of it: the API server may come up later than its shim.
 * @throws GatehouseError for a kubeconfig that cannot be used
 */
export async function startApiServerLink(
  { kubeconfig, selectors, events }: ApiServerLinkOptions,
  log: Log,
): Promise<ApiServerLink & AsyncDisposable> {
  const resources = new AsyncDisposableStack()
  const link = { [Symbol.asyncDispose]: () => resources.disposeAsync() }
  if (kubeconfig === undefined) return link
  const client = resources.use(await connectApiServer(kubeconfig))
  const stop = new AbortController()
  const checking = checkUser(client, log, stop.signal)
  resources.defer(async () => {
    stop.abort()
    await checking
  })
  return {
    ...link,
    client,
    ...(selectors === 'shim' && { namespaces: resources.use(WatchedNamespaces.start({ client, log })) }),
    ...(events === true && { events: resources.use(new DenialEvents({ client, instance: hostname(), log })) }),
  }
}
