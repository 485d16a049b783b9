import { posix } from 'node:path'
import type { StaticManifestFolders } from '../static-manifests.ts'

/** Where things of ours lie on a node, whatever the host calls them. One mount each, so that nobody sees more than he needs. */
export const NODE_FOLDERS = {
  /** What the API server is started with; it and the static manifests are all that it sees, besides the socket. */
  config: '/gatehouse/config',
  staticManifests: '/gatehouse/static-manifests',
  socket: '/gatehouse/socket',
  /** The shim's, where it runs on the node. */
  certificates: '/gatehouse/certificates',
  policies: '/gatehouse/policies',
  access: '/gatehouse/access',
  /** kubeadm's. */
  patches: '/gatehouse/patches',
} as const

export type NodeFolder = keyof typeof NODE_FOLDERS

export const NODE_SOCKET = posix.join(NODE_FOLDERS.socket, 'gatehouse.sock')
export const NODE_EGRESS_SELECTOR = posix.join(NODE_FOLDERS.config, 'egress-selector.yaml')
export const NODE_ADMISSION_CONFIGURATION = posix.join(NODE_FOLDERS.config, 'admission-configuration.yaml')
export const NODE_SHIM_KUBECONFIG = posix.join(NODE_FOLDERS.access, 'kubeconfig')

/** Where the kubelet looks for Pods of its own. */
export const NODE_STATIC_POD = '/etc/kubernetes/manifests/gatehouse-shim.yaml'

/** As `shim/registration` lays them out below one folder. */
export const NODE_STATIC_MANIFESTS: StaticManifestFolders = {
  validating: posix.join(NODE_FOLDERS.staticManifests, 'validating'),
  mutating: posix.join(NODE_FOLDERS.staticManifests, 'mutating'),
}

/** What a Pod of the control plane calls the folder: the API server's flags and the sidecar's patch name the same ones. */
export function volumeName(folder: NodeFolder): string {
  return `gatehouse-${folder.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
