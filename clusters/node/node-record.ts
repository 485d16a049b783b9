import { KubeConfig } from '@kubernetes/client-node'
import type { ShimPlacement } from '../../plugin/kind/options.ts'
import type { WebhookSource } from '../../plugin/webhook-source.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import type { ClusterLayout, MemberLayout } from '../local/layout.ts'

/** What is remembered of a cluster whose one control plane is a container, as far as its policies are concerned. */
export interface NodeRecord {
  readonly layout: ClusterLayout & { readonly member: MemberLayout }
  readonly state: {
    readonly kubernetesVersion: string
    readonly wasmPolicies?: WasmPoliciesOptions
    /** Where the API server finds the webhooks; with the gate. */
    readonly webhooks?: WebhookSource
    /** Of the policies that were put in force last. */
    readonly policiesDigest?: string
  }
}

/** Where the shim runs; on the host unless told. */
export function placementOf({ wasmPolicies }: { readonly wasmPolicies?: WasmPoliciesOptions }): ShimPlacement {
  return wasmPolicies?.placement ?? 'host'
}

/** The admin's. */
export function loadKubeConfig({ layout }: NodeRecord): KubeConfig {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(layout.member.kubeconfig)
  return kubeConfig
}
