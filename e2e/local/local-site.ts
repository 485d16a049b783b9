import { readFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import { askShim } from '../../shim/admin/admin-client.ts'
import { describeCertificates } from '../../shim/tls/operate-authority.ts'
import type { Steps } from '../../util/steps.ts'
import type { Lacks } from '../capability.ts'
import { describeAll } from '../describe-all.ts'
import { unexpected } from '../expect.ts'
import { readTree } from '../read-tree.ts'
import type { Mode, Site } from '../site.ts'
import { LocalStage, type LocalStageOptions } from './local-stage.ts'
import type { LocalWay } from './local-way.ts'
import { SocketWay } from './socket-way.ts'
import { WebhookWay } from './webhook-way.ts'

const LACKS: Lacks = {
  'runs-workloads': 'a local cluster has no controllers, no scheduler and no kubelet: a Deployment makes no Pods',
  'reboots-nodes': 'a local cluster has no node',
}

/** A cluster of local processes: policies decide about objects, and nothing runs. */
export class LocalSite implements Site {
  readonly mode: Mode
  readonly lacks = LACKS
  readonly workloadImage = ''
  readonly #stage: LocalStage
  readonly #way: LocalWay
  readonly #policies: string

  private constructor(mode: Mode, stage: LocalStage, policies: string) {
    this.mode = mode
    this.#stage = stage
    this.#policies = policies
    this.#way = mode === 'socket' ? new SocketWay(stage, policies) : new WebhookWay(stage, policies)
  }

  static async start(mode: Mode, policies: string, options: LocalStageOptions, steps: Steps): Promise<LocalSite> {
    return new LocalSite(mode, await LocalStage.start(options, steps), policies)
  }

  get title(): string {
    return `local, ${this.mode} mode`
  }

  get kubernetesVersion(): string {
    return this.#stage.cluster.kubernetesVersion
  }

  get kubeconfig(): string {
    return this.#stage.cluster.kubeconfig
  }

  get certificates(): string {
    return this.#way.certificates
  }

  get api(): KubeClient {
    return this.#stage.api
  }

  get hints(): readonly string[] {
    const { name } = this.#stage.cluster
    return [
      `kubectl --kubeconfig ${this.kubeconfig} get events`,
      `gatehouse cluster logs --name ${name}`,
      `gatehouse cluster down --name ${name}`,
    ]
  }

  install(registration: Registration): Promise<void> {
    return this.#way.install(registration)
  }

  changeRegistration(registration: Registration): Promise<void> {
    return this.#way.changeRegistration(registration)
  }

  upgrade(): Promise<void> {
    return this.#way.upgrade()
  }

  publishAuthorities(): Promise<void> {
    return this.#way.publishAuthorities()
  }

  crash(): Promise<void> {
    return this.#stage.killShim()
  }

  recover(): Promise<void> {
    return this.#way.recover()
  }

  stopApiServer(): Promise<void> {
    return this.#stage.cluster.stopApiServer()
  }

  async startApiServer(): Promise<void> {
    await this.#stage.cluster.startApiServer()
    await this.#stage.reconnect()
  }

  async rebootNode(): Promise<void> {
    throw unexpected('a local cluster has no node to reboot')
  }

  uninstall(): Promise<void> {
    return this.#way.uninstall()
  }

  async readFiles(): Promise<Readonly<Record<string, string>>> {
    const { folder, sockets, etcdData, logs } = this.#stage.layout
    return { ...(await readTree(folder, [etcdData, logs])), ...(await readTree(sockets)) }
  }

  logs(): Promise<Readonly<Record<string, string>>> {
    return this.#stage.cluster.logs()
  }

  describe(): Promise<Readonly<Record<string, string>>> {
    const { certificates: folder, adminSocket } = this.#way
    return describeAll({
      'status.yaml': async () => stringify(await askShim(adminSocket, 'GET /status')),
      'policies.yaml': async () => stringify(await askShim(adminSocket, 'GET /policies')),
      'certificates.yaml': async () => stringify(await describeCertificates({ folder })),
      'policies.yml': () => readFile(this.#policies, 'utf8'),
      'manifests.yaml': () => this.#readManifests(),
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stage[Symbol.asyncDispose]()
  }

  // not the certificates, whose keys lie among them
  async #readManifests(): Promise<string> {
    const files = await readTree(this.#stage.folder, [this.#way.certificates])
    const texts = Object.entries(files)
      .filter(([, content]) => content !== 'a folder')
      .map(async ([file]) => `# ${file}\n${await readFile(file, 'utf8')}`)
    return (await Promise.all(texts)).join('\n---\n')
  }
}
