import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { storeFolder } from '../../artifacts/store/config.ts'
import { ensureProcess, findClusterProcesses, stopClusterProcesses } from '../../clusters/local/cluster-processes.ts'
import { type ClusterLayout, clusterLayout } from '../../clusters/local/layout.ts'
import { type StartedLocalCluster, startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { askShim } from '../../shim/admin/admin-client.ts'
import { runtimeFolder, stateFolder } from '../../util/config.ts'
import { signalProcess } from '../../util/managed-process.ts'
import { programFiles } from '../../util/package-root.ts'
import type { Steps } from '../../util/steps.ts'
import { until } from '../until.ts'

/** Longer than a shim that hands over waits for connections that are open. */
const HANDOVER_SECONDS = 60
const GRACE_MS = 30_000
const READY_MS = 60_000

export interface LocalStageOptions {
  readonly name: string
  readonly kubernetesVersion: string
  readonly assets?: string
  readonly signal?: AbortSignal
  readonly retain?: boolean
}

/** Where a shim is asked. */
export interface ShimPlace {
  readonly adminSocket: string
  /** The socket's path, or `host:port`. */
  readonly address: string
}

/** A stock cluster of local processes, and shims beside it that are started and ended one after the other. */
export class LocalStage implements AsyncDisposable {
  readonly cluster: StartedLocalCluster
  readonly layout: ClusterLayout
  readonly #resources = new DisposableStack()
  #api: KubeClient
  #generation = 0

  private constructor(cluster: StartedLocalCluster, layout: ClusterLayout, api: KubeClient) {
    this.cluster = cluster
    this.layout = layout
    this.#api = this.#resources.use(api)
  }

  static async start(options: LocalStageOptions, steps: Steps): Promise<LocalStage> {
    const cluster = await startLocalCluster({ ...options, steps })
    const layout = clusterLayout(options.name, stateFolder(), runtimeFolder())
    return new LocalStage(cluster, layout, await connect(cluster))
  }

  /** An admin's connection to the API server that runs now. */
  get api(): KubeClient {
    return this.#api
  }

  get kubeConfig(): KubeConfig {
    const kubeConfig = new KubeConfig()
    kubeConfig.loadFromFile(this.cluster.kubeconfig)
    return kubeConfig
  }

  /** What the operator keeps of ours: certificates, and what `gatehouse manifests` writes. */
  get folder(): string {
    return join(this.layout.folder, 'gatehouse')
  }

  /** The shim that is in force; `shim-1` is the first. */
  get shim(): string {
    return `shim-${this.#generation}`
  }

  /** Starts one more shim, and returns when it is the one that listens at the address. */
  async startShim({ adminSocket, address }: ShimPlace, flags: readonly string[]): Promise<void> {
    this.#generation += 1
    const name = this.shim
    const isReady = async () => {
      const { pid, addresses } = await askShim(adminSocket, 'GET /status')
      return addresses.includes(address) && pid === (await this.cluster.pidOf(name))
    }
    await ensureProcess(this.layout, {
      name,
      command: process.execPath,
      args: [...programFiles(), 'shim', `--policies-download-dir=${storeFolder()}`, ...flags],
      environment: {},
      readiness: { isReady, timeoutMs: READY_MS },
    })
  }

  /** Waits until a shim has ended by itself. */
  async untilEnded(name: string): Promise<void> {
    const hasEnded = async () => ((await this.cluster.pidOf(name)) === undefined ? true : undefined)
    await until(`${name} ends by itself`, HANDOVER_SECONDS, hasEnded)
  }

  async stopShim(name: string): Promise<void> {
    await stopClusterProcesses(this.layout, (other) => other === name, GRACE_MS)
  }

  async killShim(): Promise<void> {
    const name = this.shim
    for (const process of await findClusterProcesses(this.layout)) {
      if (process.name === name) signalProcess(process, 'SIGKILL')
    }
    await this.untilEnded(name)
  }

  /** Gives the API server other flags. */
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
