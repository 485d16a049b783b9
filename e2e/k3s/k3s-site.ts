import type { KubeObject } from '../../kube/requests/kube-client.ts'
import type { Steps } from '../../util/steps.ts'
import type { Lacks } from '../capability.ts'
import { ClusterSite, type ClusterSiteParts } from '../cluster-site.ts'
import { unexpected } from '../expect.ts'
import type { StageOptions } from '../local/local-stage.ts'
import { ProcessStandIn } from '../process-stand-in.ts'
import { readTree } from '../read-tree.ts'
import type { Mode } from '../site.ts'
import { SocketWay } from '../socket-way.ts'
import { NO_FALLBACK, WebhookWay } from '../webhook-way.ts'
import { K3sPlace } from './k3s-place.ts'
import { K3sStage } from './k3s-stage.ts'

const REBOOTED = "k3s's API server is k3s: its restart was that of the whole node"
const WITHOUT_AGENT = 'this k3s has no agent: there is no node for Pods'

/** A k3s of one server; what answers is a process of this machine. */
export class K3sSite extends ClusterSite<K3sStage> {
  readonly lacks: Lacks
  /** The image under every Pod, which waits and does nothing else. */
  readonly workloadImage: string

  private constructor(parts: ClusterSiteParts<K3sStage>, pauseImage: string | undefined) {
    super(parts)
    this.workloadImage = pauseImage ?? ''
    this.lacks = {
      'reboots-nodes': REBOOTED,
      ...(this.mode === 'webhook' && { 'falls-back': NO_FALLBACK }),
      ...(pauseImage === undefined && { 'runs-workloads': WITHOUT_AGENT }),
    }
  }

  static async start(mode: Mode, policies: string, options: StageOptions, steps: Steps): Promise<K3sSite> {
    const stage = await K3sStage.start(options, steps)
    const place = new K3sPlace(stage, await stage.cluster.readGateway())
    const way =
      mode === 'socket'
        ? new SocketWay(stage, policies, new ProcessStandIn(stage, place, policies))
        : new WebhookWay(stage, place, policies)
    return new K3sSite({ mode, stage, way, policies }, await findPauseImage(stage))
  }

  get title(): string {
    return `k3s, ${this.mode} mode`
  }

  stopApiServer(): Promise<void> {
    return this.stage.cluster.stopK3s()
  }

  startApiServer(): Promise<void> {
    return this.stage.cluster.startK3s()
  }

  async rebootNode(): Promise<void> {
    throw unexpected(REBOOTED)
  }

  async readFiles(): Promise<Readonly<Record<string, string>>> {
    const { folder, sockets, logs } = this.stage.layout
    return { ...(await readTree(folder, [logs])), ...(await readTree(sockets)) }
  }

  logs(): Promise<Readonly<Record<string, string>>> {
    return this.stage.cluster.logs()
  }
}

/** Nothing where no Pod could run. */
async function findPauseImage({ api, cluster }: K3sStage): Promise<string | undefined> {
  const { items } = await api.call<{ items: readonly KubeObject[] }>({ path: '/api/v1/nodes' })
  if (items.length === 0) return undefined
  const images = await cluster.exec(['ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet'])
  return images.split('\n').find((image) => /pause:/.test(image)) ?? 'rancher/mirrored-pause:3.6'
}
