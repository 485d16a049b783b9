import type { ProviderFolders } from '../clusters/folder-provider.ts'
import type { LocalCluster as Processes } from '../clusters/local/local-cluster.ts'
import { LocalProvider } from '../clusters/local/local-provider.ts'
import { ConfigurableCluster } from './configurable-cluster.ts'
import { StartedCluster } from './started-cluster.ts'

/**
 * etcd and unmodified kube-apiservers as processes, ready in seconds, for tests without a container engine:
 *
 *     await using cluster = await new LocalCluster().withPolicies('policies.yml').start()
 */
export class LocalCluster extends ConfigurableCluster {
  readonly #folders: ProviderFolders

  /** The user's own folders unless given; `gatehouse cluster list` shows what lies there. */
  constructor(folders: ProviderFolders = {}) {
    super()
    this.#folders = folders
  }

  /** API servers on the one etcd, each with a shim of its own. */
  withApiServers(apiServers: number): this {
    return this.with({ apiServers })
  }

  /** A folder that holds etcd and kube-apiserver. */
  withAssets(assets: string): this {
    return this.with({ assets })
  }

  async start(): Promise<StartedLocalCluster> {
    const origin = { provider: new LocalProvider(this.#folders), ...(await this.prepare()), steps: this.steps }
    return new StartedLocalCluster(await StartedCluster.bringUp(origin), origin)
  }
}

/** Its API servers and shims can be stopped and started one by one; they count from 1. */
export class StartedLocalCluster extends StartedCluster<Processes> {
  /** Stops a shim, with time to answer what it has begun. */
  stopShim(member = 1): Promise<void> {
    return this.cluster.stopShim(member)
  }

  startShim(member = 1): Promise<void> {
    return this.cluster.startShim(member)
  }

  /** Sends a signal to a shim and does not wait. */
  killShim(member = 1, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.cluster.killShim(member, signal)
  }

  restartApiServer(member = 1): Promise<void> {
    return this.cluster.restartApiServer(member)
  }
}
