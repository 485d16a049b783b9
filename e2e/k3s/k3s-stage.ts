import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import type { K3sCluster } from '../../clusters/k3s/k3s-cluster.ts'
import { K3sProvider } from '../../clusters/k3s/k3s-provider.ts'
import { type K3sLayout, k3sFolders, k3sLayout } from '../../clusters/k3s/layout.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { runtimeFolder, stateFolder } from '../../util/config.ts'
import { SILENT_STEPS, type Steps } from '../../util/steps.ts'
import type { StageOptions } from '../local/local-stage.ts'
import { ShimProcesses } from '../shim-processes.ts'
import type { Stage } from '../stage.ts'

/** A stock k3s, but for a folder that is mounted, with shims as processes of this machine. */
export class K3sStage implements Stage {
  readonly cluster: K3sCluster
  readonly layout: K3sLayout
  readonly shims: ShimProcesses
  /** The API server's address is the same after a restart. */
  readonly api: KubeClient
  readonly #provider: K3sProvider

  private constructor(provider: K3sProvider, cluster: K3sCluster, layout: K3sLayout, api: KubeClient) {
    this.#provider = provider
    this.cluster = cluster
    this.layout = layout
    this.shims = new ShimProcesses(layout)
    this.api = api
  }

  static async start(options: StageOptions, steps: Steps): Promise<K3sStage> {
    const { name, kubernetesVersion, nodeImage, retain = false, signal } = options
    const provider = new K3sProvider()
    const folders = k3sFolders(stateFolder(), runtimeFolder())
    const layout = k3sLayout(name, folders.stateFolder, folders.runtimeFolder)
    const cluster = await provider.up(
      {
        ...{ name, kubernetesVersion, apiServers: 1, retain, shared: sharedFolder(layout) },
        ...(nodeImage !== undefined && { nodeImage }),
        ...(signal !== undefined && { signal }),
      },
      steps,
    )
    return new K3sStage(provider, cluster, layout, new KubeClient(await readKubeconfig(cluster.kubeconfig)))
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

  get folder(): string {
    return join(sharedFolder(this.layout), 'gatehouse')
  }

  get socketFolder(): string {
    return join(sharedFolder(this.layout), 'shim')
  }

  reconfigure(flags: readonly string[]): Promise<void> {
    return this.cluster.reconfigureApiServer(flags)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.api[Symbol.dispose]()
    await this.#provider.down(this.name, SILENT_STEPS)
  }
}

// short, for the socket's sake, and the same path on this machine and in k3s's container
function sharedFolder({ sockets }: K3sLayout): string {
  return join(sockets, 'shared')
}
