import type { KubeConfig } from '@kubernetes/client-node'
import type { KubeClient } from '../kube/requests/kube-client.ts'
import type { ShimProcesses } from './shim-processes.ts'

/** A cluster without anything of ours, and the hands that an operator has on it. */
export interface Stage extends AsyncDisposable {
  readonly name: string
  readonly kubernetesVersion: string
  readonly kubeconfig: string
  readonly kubeConfig: KubeConfig
  /** An admin's connection to the API server that runs now. */
  readonly api: KubeClient
  /** For certificates, and what `gatehouse manifests` writes; the API server reads it under the same path. */
  readonly folder: string
  /** For the shim's socket; the API server sees it under the same path. */
  readonly socketFolder: string
  readonly shims: ShimProcesses
  /** Starts the API server anew with these flags on top of its own, in the place of those given before. */
  reconfigure(flags: readonly string[]): Promise<void>
}
