import { ApiException, ApiregistrationV1Api, type KubeConfig } from '@kubernetes/client-node'
import { type AggregatedGroups, findAggregatedGroups, NO_AGGREGATED_GROUPS } from '../../plugin/aggregated-groups.ts'
import { GatehouseError } from '../../util/errors.ts'

/** Asks a live API server which groups it leaves to other servers. One without an aggregator leaves none. */
export async function readAggregatedGroups(kubeConfig: KubeConfig): Promise<AggregatedGroups> {
  try {
    const { items } = await kubeConfig.makeApiClient(ApiregistrationV1Api).listAPIService()
    return findAggregatedGroups(items)
  } catch (error) {
    if (!(error instanceof ApiException)) throw error
    if (error.code === 404) return NO_AGGREGATED_GROUPS
    const server = kubeConfig.getCurrentCluster()?.server
    const message = `${server} does not say which groups other servers answer for: ${JSON.stringify(error.body)}`
    throw new GatehouseError('ERR_CLUSTER_API', message, {
      cause: error,
      hint: 'The user of the kubeconfig has to be allowed to list apiservices of apiregistration.k8s.io.',
    })
  }
}
