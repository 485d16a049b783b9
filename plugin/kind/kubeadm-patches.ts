import { toYaml } from '../yaml.ts'
import { NODE_FOLDERS } from './node-paths.ts'
import type { KindNode } from './options.ts'

/** https://kind.sigs.k8s.io/docs/user/configuration/#kubeadm-config-patches */
export interface Json6902Patch {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** YAML of RFC 6902 operations. */
  readonly patch: string
}

export interface ExtraVolume {
  readonly name: string
  readonly hostPath: string
  readonly mountPath: string
  readonly readOnly: boolean
  readonly pathType: string
}

/** What the API server's Pod has beyond kind's own. */
export interface ApiServerExtras {
  /** `[name, value]`. */
  readonly args: readonly (readonly [string, string])[]
  readonly volumes: readonly ExtraVolume[]
}

/**
 * The same additions for both shapes of kubeadm's configuration; kind writes v1beta4 for Kubernetes 1.36 and newer, v1beta3
 * for older ones, and passes over the patch that is for the other. As operations that add, since a merge patch
 * would replace the arguments that kind itself gives.
 */
export function apiServerPatches({ args, volumes }: ApiServerExtras): Json6902Patch[] {
  if (args.length + volumes.length === 0) return []
  const withVolumes = volumes.length === 0 ? [] : [{ op: 'add', path: '/apiServer/extraVolumes', value: volumes }]
  return [
    clusterConfigurationPatch('v1beta4', [...args.map(addToList), ...withVolumes]),
    clusterConfigurationPatch('v1beta3', [...args.map(addToMap), ...withVolumes]),
  ]
}

function clusterConfigurationPatch(version: string, operations: readonly object[]): Json6902Patch {
  return { group: 'kubeadm.k8s.io', version, kind: 'ClusterConfiguration', patch: toYaml([operations]) }
}

function addToList([name, value]: readonly [string, string]) {
  return { op: 'add', path: '/apiServer/extraArgs/-', value: { name, value } }
}

function addToMap([name, value]: readonly [string, string]) {
  return { op: 'add', path: `/apiServer/extraArgs/${name}`, value }
}

/** Lets kubeadm change the static Pods that it writes by the files of a folder. For all versions, hence without one. */
export function patchesFolderPatches(): string[] {
  const patches = { directory: NODE_FOLDERS.patches }
  return [toYaml([{ kind: 'InitConfiguration', patches }]), toYaml([{ kind: 'JoinConfiguration', patches }])]
}

/** What the kubelet has to be told about its machine; nothing on a machine as kind expects it. */
export function kubeletPatches({ cgroupDriver, cgroupVersion }: KindNode): string[] {
  const settings = {
    ...(cgroupDriver !== undefined && { cgroupDriver }),
    ...(cgroupVersion === 1 && { failCgroupV1: false }),
  }
  return Object.keys(settings).length === 0 ? [] : [toYaml([{ kind: 'KubeletConfiguration', ...settings }])]
}
