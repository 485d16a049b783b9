import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import type { KindCluster } from '../../clusters/kind/kind-cluster.ts'
import { KindProvider } from '../../clusters/kind/kind-provider.ts'
import { type KindLayout, kindFolders, kindLayout } from '../../clusters/kind/layout.ts'
import { type ContainerEngine, findContainerEngine } from '../../containers/engine.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { runtimeFolder, stateFolder } from '../../util/config.ts'
import { SILENT_STEPS, type Steps } from '../../util/steps.ts'
import type { StageOptions } from '../local/local-stage.ts'
import { ShimProcesses } from '../shim-processes.ts'
import type { Stage } from '../stage.ts'
import { KindNode } from './kind-node.ts'

/** A stock kind cluster of one node, but for a folder that is mounted, with shims as processes of this machine. */
export class KindStage implements Stage {
  readonly cluster: KindCluster
  readonly layout: KindLayout
  readonly node: KindNode
  readonly shims: ShimProcesses
  readonly #provider: KindProvider
  readonly #resources = new DisposableStack()
  #api: KubeClient

  private constructor({ provider, cluster, layout, engine }: KindParts, api: KubeClient) {
    this.cluster = cluster
    this.layout = layout
    this.#provider = provider
    this.#api = this.#resources.use(api)
    this.node = new KindNode(engine, layout.member.node, cluster.kubeconfig)
    this.shims = new ShimProcesses(layout)
  }

  static async start(options: StageOptions, steps: Steps): Promise<KindStage> {
    const { name, kubernetesVersion, nodeImage, retain = false, signal } = options
    const provider = new KindProvider()
    const folders = kindFolders(stateFolder(), runtimeFolder())
    const layout = kindLayout(name, folders.stateFolder, folders.runtimeFolder)
    const cluster = await provider.up(
      {
        ...{ name, kubernetesVersion, apiServers: 1, retain, shared: sharedFolder(layout) },
        ...(nodeImage !== undefined && { nodeImage }),
        ...(signal !== undefined && { signal }),
      },
      steps,
    )
    const parts = { provider, cluster, layout, engine: await findContainerEngine() }
    return new KindStage(parts, await connect(cluster))
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
    kubeConfig.loadFromFile(this.kubeconfig)
    return kubeConfig
  }

  get api(): KubeClient {
    return this.#api
  }

  get folder(): string {
    return join(sharedFolder(this.layout), 'gatehouse')
  }

  get socketFolder(): string {
    return join(sharedFolder(this.layout), 'shim')
  }

  async reconfigure(flags: readonly string[]): Promise<void> {
    await this.node.reconfigureApiServer(flags)
    await this.reconnect()
  }

  async reconnect(): Promise<void> {
    this.#api = this.#resources.use(await connect(this.cluster))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#resources.dispose()
    await this.#provider.down(this.name, SILENT_STEPS)
  }
}

interface KindParts {
  readonly provider: KindProvider
  readonly cluster: KindCluster
  readonly layout: KindLayout
  readonly engine: ContainerEngine
}

// short, for the socket's sake, and the same path on this machine, on the node and in the API server's Pod
function sharedFolder({ sockets }: KindLayout): string {
  return join(sockets, 'shared')
}

async function connect({ kubeconfig }: KindCluster): Promise<KubeClient> {
  return new KubeClient(await readKubeconfig(kubeconfig))
}
