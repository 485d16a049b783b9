import type { Steps } from '../../util/steps.ts'
import { ClusterSite } from '../cluster-site.ts'
import { unexpected } from '../expect.ts'
import { readTree } from '../read-tree.ts'
import type { Mode } from '../site.ts'
import { SocketWay } from '../socket-way.ts'
import { WebhookWay } from '../webhook-way.ts'
import { LocalPlace } from './local-place.ts'
import { LocalStage, type StageOptions } from './local-stage.ts'

/** A cluster of local processes: policies decide about objects, and nothing runs. */
export class LocalSite extends ClusterSite<LocalStage> {
  readonly workloadImage = ''
  readonly lacks = {
    'runs-workloads': 'a local cluster has no controllers, no scheduler and no kubelet: a Deployment makes no Pods',
    'reboots-nodes': 'a local cluster has no node',
  }

  static async start(mode: Mode, policies: string, options: StageOptions, steps: Steps): Promise<LocalSite> {
    const stage = await LocalStage.start(options, steps)
    const way =
      mode === 'socket' ? new SocketWay(stage, policies) : new WebhookWay(stage, new LocalPlace(stage), policies)
    return new LocalSite({ mode, stage, way, policies })
  }

  get title(): string {
    return `local, ${this.mode} mode`
  }

  get hints(): readonly string[] {
    const { name } = this.stage
    return [
      `kubectl --kubeconfig ${this.kubeconfig} get events`,
      `gatehouse cluster logs --name ${name}`,
      `gatehouse cluster down --name ${name}`,
    ]
  }

  stopApiServer(): Promise<void> {
    return this.stage.cluster.stopApiServer()
  }

  async startApiServer(): Promise<void> {
    await this.stage.cluster.startApiServer()
    await this.stage.reconnect()
  }

  async rebootNode(): Promise<void> {
    throw unexpected('a local cluster has no node to reboot')
  }

  async readFiles(): Promise<Readonly<Record<string, string>>> {
    const { folder, sockets, etcdData, logs } = this.stage.layout
    return { ...(await readTree(folder, [etcdData, logs])), ...(await readTree(sockets)) }
  }

  logs(): Promise<Readonly<Record<string, string>>> {
    return this.stage.cluster.logs()
  }
}
