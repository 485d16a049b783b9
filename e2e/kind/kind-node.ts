import { parseDocument, stringify } from 'yaml'
import type { ContainerEngine } from '../../containers/engine.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { until } from '../until.ts'

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
/** Outside of the folder that the kubelet watches. */
const PUT_AWAY = '/etc/kubernetes/kube-apiserver.yaml'
const RESTART_SECONDS = 180

interface ApiServerPod {
  readonly spec: { readonly containers: readonly [{ command: string[] }] }
}

/** The node of a kind cluster, whose API server is a static Pod. */
export class KindNode {
  readonly #engine: ContainerEngine
  readonly #container: string
  readonly #kubeconfig: string
  /** The manifest as kubeadm wrote it. */
  #original: string | undefined

  constructor(engine: ContainerEngine, container: string, kubeconfig: string) {
    this.#engine = engine
    this.#container = container
    this.#kubeconfig = kubeconfig
  }

  /** Gives the API server these flags on top of its own; returns when it runs with them. */
  async reconfigureApiServer(flags: readonly string[]): Promise<void> {
    const startedAt = await this.#readStartTime()
    this.#original ??= `${await this.exec('cat', MANIFEST)}\n`
    await this.#writeManifest(flags.length === 0 ? this.#original : withFlags(this.#original, flags))
    await this.#untilReady(async () => (await this.#readStartTime()) !== startedAt)
  }

  /** Returns when it answers no more. */
  async stopApiServer(): Promise<void> {
    await this.exec('mv', MANIFEST, PUT_AWAY)
    await until('the API server has gone', RESTART_SECONDS, async () =>
      this.#readStartTime().then(
        () => undefined,
        () => true,
      ),
    )
  }

  async startApiServer(): Promise<void> {
    await this.exec('mv', PUT_AWAY, MANIFEST)
    await this.#untilReady(async () => true)
  }

  async reboot(): Promise<void> {
    await this.#engine.run(['restart', this.#container])
    await this.#untilReady(async () => true)
  }

  /** This machine's address, as the node sees it. */
  readGateway(): Promise<string> {
    return this.#engine.run([
      'inspect',
      '--format',
      '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}',
      this.#container,
    ])
  }

  /** Runs a program on the node. */
  exec(...command: readonly string[]): Promise<string> {
    return this.#engine.run(['exec', this.#container, ...command])
  }

  /** What the node's container has printed. */
  log(): Promise<string> {
    return this.#engine.run(['logs', this.#container])
  }

  // under a name that the kubelet passes over, then in one step
  async #writeManifest(text: string): Promise<void> {
    const draft = `${PUT_AWAY}.draft`
    await this.#engine.run(['exec', '--interactive', this.#container, 'tee', draft], { input: text })
    await this.exec('mv', draft, MANIFEST)
  }

  async #untilReady(isNew: () => Promise<boolean>): Promise<void> {
    await until('the API server is ready', RESTART_SECONDS, async () => {
      const isReady = async () => (await isNew()) && (await this.#ask('/readyz')) === 'ok'
      return (await isReady().catch(() => false)) || undefined
    })
  }

  async #readStartTime(): Promise<string> {
    return /^process_start_time_seconds (\S+)$/m.exec(await this.#ask('/metrics'))?.[1] ?? ''
  }

  async #ask(path: string): Promise<string> {
    using api = new KubeClient(await readKubeconfig(this.#kubeconfig))
    return (await api.send({ path })).text
  }
}

function withFlags(manifest: string, flags: readonly string[]): string {
  const pod = parseDocument(manifest).toJS() as ApiServerPod
  pod.spec.containers[0].command.push(...flags)
  return stringify(pod)
}
