import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { execa } from 'execa'
import { resolvePrograms } from '../../clusters/binaries/resolve.ts'
import { parseKubernetesVersion } from '../../clusters/binaries/versions.ts'
import { ensureNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import { stopAllProcesses } from '../../clusters/local/cluster-processes.ts'
import { type ClusterLayout, clusterLayout } from '../../clusters/local/layout.ts'
import { type ContainerEngine, findContainerEngine } from '../../containers/engine.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { runtimeFolder, stateFolder } from '../../util/config.ts'
import { makeFolder } from '../../util/make-folder.ts'
import type { Steps } from '../../util/steps.ts'
import type { StageOptions } from '../local/local-stage.ts'
import { ShimProcesses } from '../shim-processes.ts'
import type { Stage } from '../stage.ts'
import { writeClusterFile } from './cluster-file.ts'
import { KindNode } from './kind-node.ts'

/** A stock kind cluster of one node, with shims as processes of this machine. */
export class KindStage implements Stage {
  readonly name: string
  readonly kubernetesVersion: string
  readonly kubeconfig: string
  readonly layout: ClusterLayout
  readonly node: KindNode
  readonly shims: ShimProcesses
  readonly #kind: KindProgram
  readonly #resources = new DisposableStack()
  #api: KubeClient

  private constructor({ name, kubernetesVersion, layout, kind }: KindParts, api: KubeClient) {
    this.name = name
    this.kubernetesVersion = kubernetesVersion
    this.layout = layout
    this.kubeconfig = kubeconfigOf(layout)
    this.#kind = kind
    this.#api = this.#resources.use(api)
    this.node = new KindNode(kind.engine, `${name}-control-plane`, this.kubeconfig)
    this.shims = new ShimProcesses(layout)
  }

  static async start(
    { name, kubernetesVersion, retain = false, signal }: StageOptions,
    steps: Steps,
  ): Promise<KindStage> {
    const image = await ensureNodeImage(kubernetesVersion, steps)
    const { kind: program } = await resolvePrograms(['kind'], { kubernetesVersion, steps })
    signal?.throwIfAborted()
    const kind = { engine: await findContainerEngine(), program: program.path }
    const layout = clusterLayout(name, join(stateFolder(), 'e2e'), join(runtimeFolder(), 'e2e'))
    const parts = { name, kubernetesVersion: parseKubernetesVersion(kubernetesVersion).patch, layout, kind }
    try {
      await steps.run(`Creating a kind cluster from ${image}`, () => create(parts, image, signal))
      return new KindStage(parts, await connect(layout))
    } catch (error) {
      if (!retain) await removeAll(parts)
      throw error
    }
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
    this.#api = this.#resources.use(await connect(this.layout))
  }

  async exportLogs(folder: string): Promise<void> {
    await runKind(this.#kind, ['export', 'logs', folder, '--name', this.name])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#resources.dispose()
    await removeAll({
      name: this.name,
      kubernetesVersion: this.kubernetesVersion,
      layout: this.layout,
      kind: this.#kind,
    })
  }
}

interface KindProgram {
  readonly engine: ContainerEngine
  readonly program: string
}

interface KindParts {
  readonly name: string
  readonly kubernetesVersion: string
  readonly layout: ClusterLayout
  readonly kind: KindProgram
}

async function create({ name, kubernetesVersion, layout, kind }: KindParts, image: string, signal?: AbortSignal) {
  const shared = sharedFolder(layout)
  for (const folder of [layout.folder, layout.logs, shared]) await makeFolder(folder, 0o700)
  const config = join(layout.folder, 'cluster.yaml')
  await writeFile(config, await writeClusterFile(kind.engine, { name, kubernetesVersion, image, shared }))
  const args = ['create', 'cluster', '--name', name, '--config', config, '--kubeconfig', kubeconfigOf(layout)]
  await runKind(kind, [...args, '--wait', '180s', '--retain'], signal)
}

async function removeAll({ name, layout, kind }: KindParts): Promise<void> {
  await stopAllProcesses(layout)
  await runKind(kind, ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfigOf(layout)])
  await rm(layout.sockets, { recursive: true, force: true })
  await rm(layout.folder, { recursive: true, force: true })
}

async function runKind({ engine, program }: KindProgram, args: readonly string[], signal?: AbortSignal): Promise<void> {
  const env = { KIND_EXPERIMENTAL_PROVIDER: engine.name }
  await execa(program, args, { env, stdin: 'ignore', ...(signal !== undefined && { cancelSignal: signal }) })
}

// short, for the socket's sake, and the same path on this machine, on the node and in the API server's Pod
function sharedFolder({ sockets }: ClusterLayout): string {
  return join(sockets, 'shared')
}

function kubeconfigOf({ folder }: ClusterLayout): string {
  return join(folder, 'kubeconfig')
}

async function connect(layout: ClusterLayout): Promise<KubeClient> {
  return new KubeClient(await readKubeconfig(kubeconfigOf(layout)))
}
