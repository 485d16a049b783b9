import type { ContainerEngine } from '../../containers/engine.ts'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { until } from '../until.ts'
import { addFlags, removeFlags } from './manifest-flags.ts'

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
/** Outside of the folder that the kubelet watches. */
const PUT_AWAY = '/etc/kubernetes/kube-apiserver.yaml'
const RESTART_SECONDS = 180

/** The node of a kind cluster, whose API server is a static Pod. */
export class KindNode {
  readonly #engine: ContainerEngine
  readonly #container: string
  readonly #kubeconfig: string
  /** What the API server was given on top of its own. */
  #flags: readonly string[] = []

  constructor(engine: ContainerEngine, container: string, kubeconfig: string) {
    this.#engine = engine
    this.#container = container
    this.#kubeconfig = kubeconfig
  }

  /**
   * Gives the API server these flags on top of its own, in the place of those before; returns when it runs with them. The
   * manifest is taken as it is: a node that has got another address has written that into it.
   */
  async reconfigureApiServer(flags: readonly string[]): Promise<void> {
    const startedAt = await this.#readStartTime()
    const stock = removeFlags(`${await this.exec('cat', MANIFEST)}\n`, this.#flags)
    await this.#writeManifest(addFlags(stock, flags))
    this.#flags = flags
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
    return this.#readNetwork('Gateway')
  }

  /** Its own address, which may be another one after a reboot. */
  readAddress(): Promise<string> {
    return this.#readNetwork('IPAddress')
  }

  /** Runs a program on the node. */
  exec(...command: readonly string[]): Promise<string> {
    return this.#engine.run(['exec', this.#container, ...command])
  }

  /** Runs kubectl as the cluster's admin. */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    const command = ['kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...args]
    return this.#engine.run(['exec', '--interactive', this.#container, ...command], {
      ...(input !== undefined && { input }),
    })
  }

  /** Whether a server answers a connection that the node makes anew, whoever it is. */
  async answers(server: string, path: string): Promise<boolean> {
    const flags = [`--server=${server}`, '--insecure-skip-tls-verify', '--request-timeout=2s']
    return this.exec('kubectl', ...flags, 'get', '--raw', path).then(
      () => true,
      () => false,
    )
  }

  /** Gives an image of the node one name more. */
  async tagImage(image: string, name: string): Promise<void> {
    const whole = (short: string) => `docker.io/library/${short}`
    await this.exec('ctr', '--namespace=k8s.io', 'images', 'tag', whole(image), whole(name))
  }

  /** Ends a container's process without a warning, by the id that its Pod tells. */
  async killContainer(id: string): Promise<void> {
    const task = id.replace(/^containerd:\/\//, '')
    await this.exec('ctr', '--namespace=k8s.io', 'tasks', 'kill', '--signal=SIGKILL', task)
  }

  /** What the node's container has printed. */
  log(): Promise<string> {
    return this.#engine.run(['logs', this.#container])
  }

  #readNetwork(field: string): Promise<string> {
    const format = `{{range .NetworkSettings.Networks}}{{.${field}}}{{end}}`
    return this.#engine.run(['inspect', '--format', format, this.#container])
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
