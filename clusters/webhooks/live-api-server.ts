import { KubeConfig } from '@kubernetes/client-node'
import type { AggregatedGroups } from '../../plugin/aggregated-groups.ts'
import type { WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { checkWebhooks } from './check-webhooks.ts'
import { readAggregatedGroups } from './read-aggregated-groups.ts'

/** An API server that is asked before anything is written for it. */
export interface LiveApiServer {
  readAggregatedGroups(): Promise<AggregatedGroups>
  /** @throws ERR_CLUSTER_API when it would not take them */
  check(webhooks: WebhookConfigurations): Promise<void>
}

/** The one that a kubeconfig leads to. */
export function loadLiveApiServer(kubeconfig: string): LiveApiServer {
  const kubeConfig = new KubeConfig()
  try {
    kubeConfig.loadFromFile(kubeconfig)
  } catch (cause) {
    throw new GatehouseError('ERR_FILE_READ', `cannot read ${kubeconfig}: ${messageOf(cause)}`, { cause })
  }
  return {
    readAggregatedGroups: () => readAggregatedGroups(kubeConfig),
    check: (webhooks) => checkWebhooks(kubeConfig, webhooks),
  }
}
