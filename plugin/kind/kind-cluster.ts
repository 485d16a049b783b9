import { GatehouseError } from '../../util/errors.ts'
import { apiServerAdditions } from '../api-server.ts'
import type { FeatureGates } from '../feature-gates.ts'
import {
  apiServerPatches,
  type ExtraVolume,
  type Json6902Patch,
  kubeletPatches,
  patchesFolderPatches,
} from './kubeadm-patches.ts'
import {
  NODE_ADMISSION_CONFIGURATION,
  NODE_EGRESS_SELECTOR,
  NODE_FOLDERS,
  NODE_SOCKET,
  NODE_STATIC_MANIFESTS,
  NODE_STATIC_POD,
  type NodeFolder,
  volumeName,
} from './node-paths.ts'
import type { KindClusterOptions, KindShim, ShimPlacement } from './options.ts'

/** A cluster file of kind. https://kind.sigs.k8s.io/docs/user/configuration/ */
export interface KindCluster {
  readonly kind: 'Cluster'
  readonly apiVersion: 'kind.x-k8s.io/v1alpha4'
  readonly name: string
  readonly networking?: { readonly disableDefaultCNI: boolean }
  readonly nodes: readonly KindClusterNode[]
  readonly kubeadmConfigPatches?: readonly string[]
  readonly kubeadmConfigPatchesJSON6902?: readonly Json6902Patch[]
}

interface KindClusterNode {
  readonly role: 'control-plane' | 'worker'
  readonly image?: string
  readonly extraMounts?: readonly Mount[]
}

interface Mount {
  readonly hostPath: string
  readonly containerPath: string
  readonly readOnly?: boolean
}

/** What a node mounts, and whether anything on it may write there. */
interface NodeMount {
  readonly folder: NodeFolder
  readonly isReadOnly: boolean
}

/** kind's cluster file for the gate `WasmPolicies`: the mounts, flags and patches that ask the shim. Off, it is a stock cluster. */
export function kindCluster(gates: FeatureGates, options: KindClusterOptions): KindCluster {
  const shim = gates.WasmPolicies ? requireShim(options) : undefined
  const { name, node, controlPlanes, workers } = options
  const image = node.image === undefined ? {} : { image: node.image }
  const patches = [...kubeletPatches(node), ...(shim?.placement === 'sidecar' ? patchesFolderPatches() : [])]
  const jsonPatches = apiServerPatches({
    args: apiServerArgs(gates, options),
    volumes: [...(shim ? apiServerVolumes(shim) : []), ...sharedVolumes(options)],
  })
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    ...(node.hasCni && { networking: { disableDefaultCNI: true } }),
    nodes: [
      ...count(controlPlanes).map((number) => ({
        role: 'control-plane' as const,
        ...image,
        ...withMounts([...(shim ? mountsOf(shim, number) : []), ...sharedMounts(options)]),
      })),
      ...count(workers).map(() => ({ role: 'worker' as const, ...image })),
    ],
    ...(patches.length > 0 && { kubeadmConfigPatches: patches }),
    ...(jsonPatches.length > 0 && { kubeadmConfigPatchesJSON6902: jsonPatches }),
  }
}

/** The files that the API server's flags name, by their paths on the node. */
export function kindNodeFiles(gates: FeatureGates, options: KindClusterOptions): Readonly<Record<string, object>> {
  const { egressSelector, admissionConfiguration } = additionsOf(gates, options)
  return {
    ...(egressSelector !== undefined && { [NODE_EGRESS_SELECTOR]: egressSelector }),
    ...(admissionConfiguration !== undefined && { [NODE_ADMISSION_CONFIGURATION]: admissionConfiguration }),
  }
}

function additionsOf(gates: FeatureGates, options: KindClusterOptions) {
  const { shim, kubernetesVersion } = options
  return apiServerAdditions(gates, {
    socket: NODE_SOCKET,
    egressSelectorFile: NODE_EGRESS_SELECTOR,
    // the API server inherits kubeadm's, which kind sets for the whole node
    environment: {},
    ...(shim?.webhooks === 'static' && {
      staticManifests: {
        kubernetesVersion,
        folders: NODE_STATIC_MANIFESTS,
        admissionConfigurationFile: NODE_ADMISSION_CONFIGURATION,
      },
    }),
  })
}

function apiServerArgs(gates: FeatureGates, options: KindClusterOptions): [string, string][] {
  const ours = additionsOf(gates, options).flags.map((flag) => flag.replace(/^--/, ''))
  return [...ours, ...options.apiServerArgs].map((arg) => {
    const [name = '', ...value] = arg.split('=')
    return [name, value.join('=')]
  })
}

/** The API server's Pod sees these, all of them read-only: connecting to a socket needs no more. */
function apiServerVolumes({ webhooks }: KindShim): ExtraVolume[] {
  const folders: NodeFolder[] = webhooks === 'static' ? ['config', 'socket', 'staticManifests'] : ['config', 'socket']
  return folders.map((folder) => ({
    name: volumeName(folder),
    hostPath: NODE_FOLDERS[folder],
    mountPath: NODE_FOLDERS[folder],
    readOnly: true,
    // the folder and never the socket, which is another file each time a shim starts
    pathType: 'Directory',
  }))
}

function sharedVolumes({ shared }: KindClusterOptions): ExtraVolume[] {
  if (shared === undefined) return []
  return [{ name: 'gatehouse', hostPath: shared, mountPath: shared, readOnly: true, pathType: 'Directory' }]
}

function sharedMounts({ shared }: KindClusterOptions): Mount[] {
  return shared === undefined ? [] : [{ hostPath: shared, containerPath: shared }]
}

function withMounts(extraMounts: readonly Mount[]) {
  return extraMounts.length === 0 ? {} : { extraMounts }
}

function mountsOf({ placement, webhooks, hostPaths }: KindShim, controlPlane: number): Mount[] {
  const paths = hostPaths(controlPlane)
  const folders = nodeMounts(placement, webhooks).map(({ folder, isReadOnly }) => ({
    hostPath: requirePath(paths[folder], folder),
    containerPath: NODE_FOLDERS[folder],
    ...(isReadOnly && { readOnly: true }),
  }))
  if (placement !== 'static-pod') return folders
  const hostPath = requirePath(paths.staticPod, 'staticPod')
  return [...folders, { hostPath, containerPath: NODE_STATIC_POD, readOnly: true }]
}

/** What a control plane with the shim at that place mounts from the host. */
export function nodeMounts(placement: ShimPlacement, webhooks: KindShim['webhooks']): NodeMount[] {
  const isOnNode = placement !== 'host'
  const mounts: (NodeMount & { readonly isNeeded: boolean })[] = [
    { folder: 'config', isReadOnly: true, isNeeded: true },
    { folder: 'socket', isReadOnly: !isOnNode, isNeeded: true },
    { folder: 'staticManifests', isReadOnly: !isOnNode, isNeeded: webhooks === 'static' },
    { folder: 'certificates', isReadOnly: false, isNeeded: isOnNode },
    { folder: 'policies', isReadOnly: true, isNeeded: isOnNode },
    { folder: 'access', isReadOnly: true, isNeeded: isOnNode && webhooks === 'api' },
    { folder: 'patches', isReadOnly: true, isNeeded: placement === 'sidecar' },
  ]
  return mounts.filter(({ isNeeded }) => isNeeded).map(({ folder, isReadOnly }) => ({ folder, isReadOnly }))
}

function requireShim({ shim }: KindClusterOptions): KindShim {
  if (shim !== undefined) return shim
  throw refuse('the gate WasmPolicies is on, and nothing is said of the shim', 'Say where the shim runs.')
}

function requirePath(path: string | undefined, what: string): string {
  if (path !== undefined) return path
  throw refuse(`nothing on the host is named for the node's ${what}`, 'Name a path on the host.')
}

function count(number: number): number[] {
  return Array.from({ length: number }, (_none, index) => index + 1)
}

function refuse(message: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', message, { hint })
}
