import { readFile } from 'node:fs/promises'
import type { Cluster, ClusterOptions, ClusterProvider } from '../clusters/cluster-provider.ts'
import { GatehouseError } from '../util/errors.ts'
import type { Steps } from '../util/steps.ts'
import type { Policies, PoliciesFolder } from './policies-folder.ts'

/** What a cluster was brought up with, and is again when its policies change. */
export interface Origin<C extends Cluster> {
  readonly provider: Omit<ClusterProvider, 'up'> & { up(options: ClusterOptions, steps: Steps): Promise<C> }
  readonly options: ClusterOptions
  readonly policies: PoliciesFolder | undefined
  readonly steps: Steps
}

/** A cluster that runs until it is stopped: `await using` does that at the end of a test. */
export class StartedCluster<C extends Cluster = Cluster> implements AsyncDisposable {
  protected cluster: C
  readonly #origin: Origin<C>

  constructor(cluster: C, origin: Origin<C>) {
    this.cluster = cluster
    this.#origin = origin
  }

  /** Brings the cluster up; what a failure leaves is removed. */
  static async bringUp<C extends Cluster>(origin: Origin<C>): Promise<C> {
    try {
      return await origin.provider.up(origin.options, origin.steps)
    } catch (error) {
      await origin.policies?.[Symbol.asyncDispose]()
      throw error
    }
  }

  get name(): string {
    return this.cluster.name
  }

  get kubernetesVersion(): string {
    return this.cluster.kubernetesVersion
  }

  /** The admin kubeconfig's file. */
  get kubeconfig(): string {
    return this.cluster.kubeconfig
  }

  /** The admin kubeconfig's text. */
  async getKubeConfig(): Promise<string> {
    return readFile(this.kubeconfig, 'utf8')
  }

  /** Has others decide from now on: when it returns, every API server acts on them. */
  async applyPolicies(policies: Policies): Promise<void> {
    const { provider, options, steps, policies: folder } = this.#origin
    if (folder === undefined) {
      throw new GatehouseError('ERR_CLUSTER_OPTIONS', `cluster '${this.name}' was started without policies`, {
        hint: 'Give it some by withPolicies before it starts: its API server learns then whom to ask.',
      })
    }
    await folder.replace(policies)
    this.cluster = await provider.up(options, steps)
  }

  /** What each process of the cluster has logged. */
  async logs(): Promise<Readonly<Record<string, string>>> {
    const files = Object.entries(await this.cluster.logs())
    const texts = files.map(async ([name, file]) => [name, await readFile(file, 'utf8')] as const)
    return Object.fromEntries(await Promise.all(texts))
  }

  /** Removes the cluster and everything of it. */
  async stop(): Promise<void> {
    const { provider, steps, policies } = this.#origin
    await provider.down(this.name, steps)
    await policies?.[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
