import { GatehouseError } from '../../util/errors.ts'

/** The minor versions that clusters are tested with, newest first, each with the patch that its Go module pins. */
export const KUBERNETES_PATCHES = { '1.37': 'v1.37.2', '1.36': 'v1.36.3', '1.35': 'v1.35.4' } as const

export type KubernetesMinor = keyof typeof KUBERNETES_PATCHES

export const DEFAULT_KUBERNETES_VERSION: KubernetesMinor = '1.37'

/** The minor version whose module builds every program of a node. */
export const NODE_KUBERNETES_VERSION: KubernetesMinor = '1.37'

/** One etcd for all of them. */
export const ETCD_VERSION = 'v3.7.3'

/** The one that kubeadm of `NODE_KUBERNETES_VERSION` deploys. */
export const COREDNS_VERSION = 'v1.14.6'

export const KIND_VERSION = 'v0.33.0'

/** A Kubernetes version that was asked for. */
export interface KubernetesVersion {
  readonly minor: KubernetesMinor
  /** `v1.37.2`. */
  readonly patch: string
  /** The patch was named, so that a folder of binaries must hold that very one. */
  readonly isExact: boolean
}

/** Reads `1.37`, `1.37.2` or `v1.37.2`. */
export function parseKubernetesVersion(text: string): KubernetesVersion {
  const [, minor, patch] = /^v?(\d+\.\d+)(\.\d+)?$/.exec(text) ?? []
  if (minor === undefined || !isKnownMinor(minor)) {
    const known = Object.keys(KUBERNETES_PATCHES).join(', ')
    throw new GatehouseError('ERR_CLUSTER_OPTIONS', `Kubernetes version '${text}' is not one that clusters run`, {
      hint: `Choose one of ${known}, or a patch of them such as ${KUBERNETES_PATCHES[DEFAULT_KUBERNETES_VERSION]}.`,
    })
  }
  return patch === undefined
    ? { minor, patch: KUBERNETES_PATCHES[minor], isExact: false }
    : { minor, patch: `v${minor}${patch}`, isExact: true }
}

/** Whether a kube-apiserver of that version is what was asked for. */
export function satisfiesVersion(version: string, wanted: KubernetesVersion): boolean {
  return wanted.isExact ? version === wanted.patch : version.startsWith(`v${wanted.minor}.`)
}

function isKnownMinor(text: string): text is KubernetesMinor {
  return Object.hasOwn(KUBERNETES_PATCHES, text)
}
