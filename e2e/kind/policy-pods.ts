import { X509Certificate } from 'node:crypto'
import { until } from '../until.ts'
import type { KindNode } from './kind-node.ts'

const NAMESPACE = 'gatehouse'
const DEPLOYMENT = 'deployment/gatehouse'
const REPLICAS = 2
const STARTED_SECONDS = 300
const GONE_SECONDS = 120
/** So many that each of the pods has had one, as good as certainly. */
const CONNECTIONS = 8

/** Prints the certificate that the pod shows, in a pod, where no other program is. */
const SHOW_CERTIFICATE = `require('node:tls').connect({ port: 8443, rejectUnauthorized: false }, function () {
  require('node:fs').writeSync(1, this.getPeerX509Certificate().toString())
  this.end()
})`

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: {
    readonly containerStatuses?: readonly [{ readonly containerID?: string; readonly ready: boolean }]
  }
}

/** The pods of `gatehouse install`, by kubectl, as their operator sees them. */
export class PolicyPods {
  readonly #node: KindNode
  /** Those that have answered last. */
  #containers: readonly string[] = []

  constructor(node: KindNode) {
    this.#node = node
  }

  /** What `kubectl apply --server-side` does with a file. */
  async apply(yaml: string, ...flags: readonly string[]): Promise<void> {
    await this.#node.kubectl(['apply', '--server-side', '--filename=-', ...flags], yaml)
  }

  /** Returns when new connections lead to pods of the Deployment as it is now, and no others are left. */
  async untilRolledOut(): Promise<void> {
    await this.#kubectl('rollout', 'status', DEPLOYMENT, `--timeout=${STARTED_SECONDS}s`)
    await this.#untilReady(() => true)
  }

  /** Returns when none of the containers is left that have answered before. */
  async untilRestarted(): Promise<void> {
    const before = this.#containers
    await this.#untilReady((container) => !before.includes(container))
  }

  /** Ends all of them without a warning, and lets no others take their places. */
  async kill(): Promise<void> {
    await this.#kubectl('scale', DEPLOYMENT, '--replicas=0')
    await until('the pods are to go', GONE_SECONDS, async () => {
      const pods = await this.#list()
      return pods.every(({ metadata }) => metadata.deletionTimestamp !== undefined) || undefined
    })
    for (const container of this.#containers) await this.#node.killContainer(container)
    await until('the pods are gone', GONE_SECONDS, async () => (await this.#list()).length === 0 || undefined)
  }

  async startAgain(): Promise<void> {
    await this.#kubectl('scale', DEPLOYMENT, `--replicas=${REPLICAS}`)
    await this.untilRolledOut()
  }

  /** Lets the kubelet look at once for what it brings to the pods; by itself it does so once a minute. */
  async refresh(reason: string): Promise<void> {
    await this.#kubectl('annotate', 'pods', '--all', '--overwrite', `gatehouse.internal/refreshed=${reason}`)
  }

  /** The certificate of each pod. */
  async readCertificates(): Promise<readonly X509Certificate[]> {
    const shown = (await this.#list()).map(({ metadata }) =>
      this.exec(`pod/${metadata.name}`, 'node', '-e', SHOW_CERTIFICATE),
    )
    return (await Promise.all(shown)).map((pem) => new X509Certificate(pem))
  }

  /** Runs a program in a pod. */
  exec(pod: string, ...command: readonly string[]): Promise<string> {
    return this.#kubectl('exec', pod, '--', ...command)
  }

  /** Runs a program in one of them. */
  ask(...command: readonly string[]): Promise<string> {
    return this.exec(DEPLOYMENT, ...command)
  }

  /** What a program says in each of them, which is JSON. */
  async askAll<T>(...command: readonly string[]): Promise<readonly T[]> {
    const asked = (await this.#list()).map(({ metadata }) => this.exec(`pod/${metadata.name}`, ...command))
    return (await Promise.all(asked)).map((text) => JSON.parse(text) as T)
  }

  /** Returns when the namespace is gone with all that was in it. */
  async removeNamespace(): Promise<void> {
    await this.#node.kubectl(['delete', '--ignore-not-found', 'namespace', NAMESPACE, `--timeout=${GONE_SECONDS}s`])
  }

  async #untilReady(isWanted: (container: string) => boolean): Promise<void> {
    await until(`${REPLICAS} pods are ready, and no others are there`, STARTED_SECONDS, async () => {
      // after a reboot the API server may come and go
      const pods = await this.#list().catch(() => [])
      const ready = pods.flatMap(({ status }) => status.containerStatuses ?? []).filter((container) => container.ready)
      const containers = ready.flatMap(({ containerID }) => containerID ?? [])
      if (pods.length !== REPLICAS || containers.length !== REPLICAS || !containers.every(isWanted)) return undefined
      this.#containers = containers
      return true
    })
    await this.#untilRouted()
  }

  // the node learns of its Services' endpoints a moment later
  async #untilRouted(): Promise<void> {
    let answered = 0
    await until('the Service leads to them', STARTED_SECONDS, async () => {
      const host = await this.#kubectl('get', 'service/gatehouse', '--output=jsonpath={.spec.clusterIP}').catch(
        () => '',
      )
      answered = (await this.#node.answers(`https://${host}`, '/livez')) ? answered + 1 : 0
      return answered === CONNECTIONS || undefined
    })
  }

  async #list(): Promise<readonly Pod[]> {
    return (JSON.parse(await this.#kubectl('get', 'pods', '--output=json')) as { items: Pod[] }).items
  }

  #kubectl(...args: readonly string[]): Promise<string> {
    return this.#node.kubectl([`--namespace=${NAMESPACE}`, ...args])
  }
}
