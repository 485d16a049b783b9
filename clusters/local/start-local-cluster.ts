import { randomBytes } from 'node:crypto'
import { SILENT_STEPS, type Steps } from '../../util/steps.ts'
import { DEFAULT_KUBERNETES_VERSION } from '../binaries/versions.ts'
import type { ClusterOptions } from '../cluster-provider.ts'
import type { ProviderFolders } from '../folder-provider.ts'
import type { LocalCluster } from './local-cluster.ts'
import { LocalProvider } from './local-provider.ts'

export interface StartLocalClusterOptions extends Partial<ClusterOptions>, ProviderFolders {
  readonly steps?: Steps
}

/** A cluster that lives as long as a scope: `await using cluster = await startLocalCluster()`. */
export type StartedLocalCluster = LocalCluster & AsyncDisposable

/** Starts a cluster for one test or one measurement, under a name of its own unless given. */
export async function startLocalCluster(options: StartLocalClusterOptions = {}): Promise<StartedLocalCluster> {
  const { steps = SILENT_STEPS, ...rest } = options
  const provider = new LocalProvider(options)
  const name = options.name ?? `run-${randomBytes(4).toString('hex')}`
  const defaults = { kubernetesVersion: DEFAULT_KUBERNETES_VERSION, apiServers: 1 }
  const cluster = await provider.up({ ...defaults, ...rest, name }, steps)
  return Object.assign(cluster, {
    async [Symbol.asyncDispose]() {
      await provider.down(name, steps)
    },
  })
}
