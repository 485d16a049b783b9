import type { WaitStrategy } from 'testcontainers'
import type { ProviderFolders } from '../clusters/folder-provider.ts'
import type { KindCluster as Node } from '../clusters/kind/kind-cluster.ts'
import { KindProvider } from '../clusters/kind/kind-provider.ts'
import { ConfigurableCluster } from './configurable-cluster.ts'
import { leaveToReaper, loadTestcontainers, waitForNode } from './containers.ts'
import { StartedCluster } from './started-cluster.ts'

/**
 * A whole node of kind in a container, on which Pods run; its end is testcontainers' business too, if the test is killed:
 *
 *     await using cluster = await new KindCluster().withPolicies('policies.yml').start()
 */
export class KindCluster extends ConfigurableCluster {
  readonly #folders: ProviderFolders
  #waitStrategy: WaitStrategy | undefined

  constructor(folders: ProviderFolders = {}) {
    super()
    this.#folders = folders
  }

  /** An image of a node; unless given, one that is at hand, can be pulled or can be built. */
  withNodeImage(nodeImage: string): this {
    return this.with({ nodeImage })
  }

  /** What is waited for once the node is Ready; the API server's `/readyz`, asked on the node, unless given. */
  withWaitStrategy(strategy: WaitStrategy): this {
    this.#waitStrategy = strategy
    return this
  }

  async start(): Promise<StartedKindCluster> {
    // before anything is started that would have to be removed again
    const library = await loadTestcontainers()
    const origin = { provider: new KindProvider(this.#folders), ...(await this.prepare()), steps: this.steps }
    await leaveToReaper(library, `io.x-k8s.kind.cluster=${this.options.name}`)
    const started = new StartedKindCluster(await StartedCluster.bringUp(origin), origin)
    try {
      await waitForNode(library, `${started.name}-control-plane`, this.#waitStrategy)
      return started
    } catch (error) {
      await started.stop()
      throw error
    }
  }
}

export class StartedKindCluster extends StartedCluster<Node> {
  /** Gives the node the images of an archive, as `docker save` writes them. */
  loadImageArchive(archive: string): Promise<void> {
    return this.cluster.loadImageArchive(archive)
  }

  /** Runs a command on the node and returns what it prints. */
  exec(command: readonly string[]): Promise<string> {
    return this.cluster.exec(command)
  }

  /** As if its machine was started again; returns when it is Ready. */
  restartNode(): Promise<void> {
    return this.cluster.restartNode()
  }
}
