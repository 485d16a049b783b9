import type { Steps } from '../../util/steps.ts'
import type { Lacks } from '../capability.ts'
import { ClusterSite } from '../cluster-site.ts'
import { unexpected } from '../expect.ts'
import { InProcessWay } from '../in-process-way.ts'
import { ProcessStandIn } from '../process-stand-in.ts'
import { readTree } from '../read-tree.ts'
import type { Mode } from '../site.ts'
import { SocketWay } from '../socket-way.ts'
import type { Way } from '../way.ts'
import { NO_FALLBACK, WebhookWay } from '../webhook-way.ts'
import { LocalPlace } from './local-place.ts'
import { LocalStage, type StageOptions } from './local-stage.ts'

const WITHOUT_NODES: Lacks = {
  'runs-workloads': 'a local cluster has no controllers, no scheduler and no kubelet: a Deployment makes no Pods',
  'reboots-nodes': 'a local cluster has no node',
}
const WITHOUT_WEBHOOKS: Lacks = {
  'registers-webhooks':
    'a plugin of the API server asks the policies: there are no entries to share and no certificates',
  'falls-back': 'only what comes by the socket of webhooks is passed on to a fallback',
}
const WITHOUT_SHIM: Lacks = {
  'has-shim': 'the policies run in the API server itself: what restarts it, restarts them',
}

/** A cluster of local processes: policies decide about objects, and nothing runs. */
export class LocalSite extends ClusterSite<LocalStage> {
  readonly workloadImage = ''

  static async start(mode: Mode, policies: string, options: StageOptions, steps: Steps): Promise<LocalSite> {
    const isStock = mode === 'socket' || mode === 'webhook'
    const stage = await LocalStage.start({ ...options, ...(!isStock && { apiServer: 'in-process' }) }, steps)
    return new LocalSite({ mode, stage, way: chooseWay(mode, stage, policies), policies })
  }

  get lacks(): Lacks {
    if (this.mode === 'socket') return WITHOUT_NODES
    if (this.mode === 'webhook') return { ...WITHOUT_NODES, 'falls-back': NO_FALLBACK }
    return { ...WITHOUT_NODES, ...WITHOUT_WEBHOOKS, ...(this.mode === 'in-process' && WITHOUT_SHIM) }
  }

  get title(): string {
    return `local, ${this.mode} mode`
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

function chooseWay(mode: Mode, stage: LocalStage, policies: string): Way {
  const place = new LocalPlace(stage)
  if (mode === 'socket') return new SocketWay(stage, policies, new ProcessStandIn(stage, place, policies))
  if (mode === 'webhook') return new WebhookWay(stage, place, policies)
  return new InProcessWay(stage, policies, mode)
}
