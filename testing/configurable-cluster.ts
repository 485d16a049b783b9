import { randomBytes } from 'node:crypto'
import { DEFAULT_KUBERNETES_VERSION } from '../clusters/binaries/versions.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../clusters/cluster-provider.ts'
import { SILENT_STEPS, type Steps } from '../util/steps.ts'
import { type Policies, PoliciesFolder } from './policies-folder.ts'

/** How the shim is asked, besides by what; `docs/cli.md` has them as flags of `gatehouse cluster up`. */
export type PoliciesOptions = Partial<Omit<WasmPoliciesOptions, 'policies'>>

/** A cluster that does not run yet, as far as all kinds of them are told the same. */
export abstract class ConfigurableCluster {
  protected options: ClusterOptions = {
    name: `test-${randomBytes(4).toString('hex')}`,
    kubernetesVersion: DEFAULT_KUBERNETES_VERSION,
    apiServers: 1,
  }
  protected steps: Steps = SILENT_STEPS
  #policies: { readonly policies: Policies; readonly options: PoliciesOptions } | undefined

  /** Unless given, a name that no other cluster has. */
  withName(name: string): this {
    return this.with({ name })
  }

  /** `1.37` or `1.37.2`. */
  withKubernetesVersion(kubernetesVersion: string): this {
    return this.with({ kubernetesVersion })
  }

  /** Has a shim decide by these policies; without any, the cluster is stock. */
  withPolicies(policies: Policies, options: PoliciesOptions = {}): this {
    this.#policies = { policies, options }
    return this
  }

  /** Extra flags of kube-apiserver, `name=value`. */
  withApiServerArgs(...apiServerArgs: string[]): this {
    return this.with({ apiServerArgs })
  }

  /** Where the progress of starts and stops is shown. */
  withSteps(steps: Steps): this {
    this.steps = steps
    return this
  }

  protected with(options: Partial<ClusterOptions>): this {
    this.options = { ...this.options, ...options }
    return this
  }

  /** The options that the cluster is brought up with, and the folder that holds its policies. */
  protected async prepare(): Promise<{ options: ClusterOptions; policies: PoliciesFolder | undefined }> {
    if (this.#policies === undefined) return { options: this.options, policies: undefined }
    const { placement = 'host' } = this.#policies.options
    const policies = await PoliciesFolder.create(this.#policies.policies, placement === 'host' ? 'host' : 'node')
    const wasmPolicies = { defaultExclusions: true, ...this.#policies.options, policies: policies.path }
    return { options: { ...this.options, wasmPolicies }, policies }
  }
}
