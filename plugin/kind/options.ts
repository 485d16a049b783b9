import type { WebhookSource } from '../webhook-source.ts'
import type { NodeFolder } from './node-paths.ts'

/** Where the shim runs: on the host, as a static Pod of the node, or as a sidecar in the API server's own Pod. */
export type ShimPlacement = 'host' | 'static-pod' | 'sidecar'

export const SHIM_PLACEMENTS: readonly ShimPlacement[] = ['host', 'static-pod', 'sidecar']

export interface KindClusterOptions {
  readonly name: string
  readonly kubernetesVersion: string
  readonly controlPlanes: number
  readonly workers: number
  readonly node: KindNode
  /** Extra kube-apiserver flags, `name=value`. */
  readonly apiServerArgs: readonly string[]
  /** A folder of the host that the API server sees under its path there, read-only: for what an operator configures later. */
  readonly shared?: string
  /** Needed where the gate is on. */
  readonly shim?: KindShim
}

/** What has to be known of the node image and of the machine under it. */
export interface KindNode {
  /** `kind create cluster --image` overrides it; without either, kind takes its own default. */
  readonly image?: string
  /** Unless given, kind's, which is systemd. */
  readonly cgroupDriver?: 'cgroupfs' | 'systemd'
  /** A kubelet of 1.35 or newer refuses a machine with cgroup v1 unless told. */
  readonly cgroupVersion: 1 | 2
  /** The image brings its own CNI configuration, and kind is not to install its. */
  readonly hasCni: boolean
}

export interface KindShim {
  readonly placement: ShimPlacement
  readonly webhooks: WebhookSource
  /** The host's folders by control plane, from 1. A static Pod's file is `staticPod`. */
  readonly hostPaths: (controlPlane: number) => Readonly<Partial<Record<NodeFolder | 'staticPod', string>>>
}
