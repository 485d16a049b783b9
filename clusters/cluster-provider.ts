import type { ApiServerKind } from '../plugin/api-server-kind.ts'
import type { ShimPlacement } from '../plugin/kind/options.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import type { WebhookSource } from '../plugin/webhook-source.ts'
import type { Steps } from '../util/steps.ts'

/** One way of having a cluster: local processes, kind, k3s. Every call is idempotent. */
export interface ClusterProvider {
  /** Brings the cluster up, or leaves a running one of the same options as it is. Cleans up after a failure unless `retain`. */
  up(options: ClusterOptions, steps: Steps): Promise<Cluster>
  /** Ends every process and removes every file of the cluster; says whether there was one. */
  down(name: string, steps: Steps): Promise<boolean>
  list(): Promise<readonly ClusterSummary[]>
  get(name: string): Promise<Cluster | undefined>
}

export interface ClusterOptions {
  readonly name: string
  /** `1.37` (its newest known patch) or `1.37.2`. */
  readonly kubernetesVersion: string
  /** API servers on the one etcd, each with a shim of its own when the gate is on. */
  readonly apiServers: number
  /** Where the admin kubeconfig is written as well; a file in the cluster's folder always is. */
  readonly kubeconfig?: string
  /** A folder that holds etcd and kube-apiserver, asked before every other source. */
  readonly assets?: string
  /** Of kind's nodes, unless given one that is at hand, can be pulled or can be built; of k3s, unless given rancher's of that version. */
  readonly nodeImage?: string
  /** Whose kube-apiserver; the stock one unless given. */
  readonly apiServer?: ApiServerKind
  /** The gate `WasmPolicies`; off: everything is stock. */
  readonly wasmPolicies?: WasmPoliciesOptions
  /** Extra kube-apiserver flags, `name=value`, after all others: of a flag given twice the last one counts. */
  readonly apiServerArgs?: readonly string[]
  /** The same for single API servers, by position; after `apiServerArgs`. */
  readonly memberArgs?: readonly (readonly string[])[]
  /** Keeps what was created when `up` fails. */
  readonly retain?: boolean
  /** Makes `up` fail with its reason; what a failure cleans up is cleaned up then too. */
  readonly signal?: AbortSignal
}

/** What the gate turns on. */
export interface WasmPoliciesOptions {
  /** policies.yml, or a file or folder of ClusterAdmissionPolicy YAML. */
  readonly policies: string
  /** Off: leases, events, kube-system and the control plane's own writes are policed too. */
  readonly defaultExclusions: boolean
  /** Where the API server finds the webhooks; unless given, static manifests where its version has them without a gate. */
  readonly webhooks?: WebhookSource
  /** Whether policies share webhook entries; unless given, they do. */
  readonly registration?: Registration
  /** Where the shim runs; on the host unless given. */
  readonly placement?: ShimPlacement
  /** Extra `gatehouse shim` flags. */
  readonly shimArgs?: readonly string[]
}

export interface ClusterSummary {
  readonly name: string
  readonly kubernetesVersion: string
  readonly apiServers: number
  readonly state: 'running' | 'degraded' | 'stopped'
}

/** A cluster that exists. */
export interface Cluster extends ClusterSummary {
  /** The admin kubeconfig's file; its server is the first API server. */
  readonly kubeconfig: string
  readonly folder: string
  readonly members: readonly ClusterMember[]
  /** Log files by process name (`etcd`, `kube-apiserver-1`, `shim-1`). */
  logs(): Promise<Readonly<Record<string, string>>>
}

/** One API server and the shim beside it. */
export interface ClusterMember {
  readonly server: string
  /** The admin kubeconfig for this API server. */
  readonly kubeconfig: string
  readonly socket?: string
}
