import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { type ClusterLayout, clusterLayout } from '../../clusters/local/layout.ts'
import { type StartedLocalCluster, startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { runtimeFolder, stateFolder } from '../../util/config.ts'
import type { Steps } from '../../util/steps.ts'
import { ShimProcesses } from '../shim-processes.ts'
import type { Stage } from '../stage.ts'

export interface StageOptions {
  readonly name: string
  readonly kubernetesVersion: string
  readonly assets?: string
  /** Where the cluster is made of one. */
  readonly nodeImage?: string
  /** The stock one unless given; with its gate off ours is the same. */
  readonly apiServer?: 'in-process'
  readonly signal?: AbortSignal
  readonly retain?: boolean
}

/** A cluster of local processes without anything of ours in force. */
export class LocalStage implements Stage {
  readonly cluster: StartedLocalCluster
  readonly layout: ClusterLayout
  readonly shims: ShimProcesses
  readonly #resources = new DisposableStack()
  #api: KubeClient

  private constructor(cluster: StartedLocalCluster, layout: ClusterLayout, api: KubeClient) {
    this.cluster = cluster
    this.layout = layout
    this.shims = new ShimProcesses(layout)
    this.#api = this.#resources.use(api)
  }

  static async start(options: StageOptions, steps: Steps): Promise<LocalStage> {
    const cluster = await startLocalCluster({ ...options, steps })
    const layout = clusterLayout(options.name, stateFolder(), runtimeFolder())
    return new LocalStage(cluster, layout, await connect(cluster))
  }

  get name(): string {
    return this.cluster.name
  }

  get kubernetesVersion(): string {
    return this.cluster.kubernetesVersion
  }

  get kubeconfig(): string {
    return this.cluster.kubeconfig
  }

  get kubeConfig(): KubeConfig {
    const kubeConfig = new KubeConfig()
    kubeConfig.loadFromFile(this.cluster.kubeconfig)
    return kubeConfig
  }

  get api(): KubeClient {
    return this.#api
  }

  get folder(): string {
    return join(this.layout.folder, 'gatehouse')
  }

  get socketFolder(): string {
    return join(this.layout.sockets, 'shim')
  }

  async reconfigure(flags: readonly string[]): Promise<void> {
    await this.cluster.reconfigureApiServer(flags.map((flag) => flag.replace(/^--/, '')))
    await this.reconnect()
  }

  /** To be called once an API server was started: it may have moved to another port. */
  async reconnect(): Promise<void> {
    this.#api = this.#resources.use(await connect(this.cluster))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#resources.dispose()
    await this.cluster[Symbol.asyncDispose]()
  }
}

async function connect({ kubeconfig }: StartedLocalCluster): Promise<KubeClient> {
  return new KubeClient(await readKubeconfig(kubeconfig))
}
