import type { V1Container, V1Pod, V1Volume } from '@kubernetes/client-node'
import type { WebhookSource } from '../webhook-source.ts'

import { NODE_FOLDERS, NODE_SHIM_KUBECONFIG, NODE_SOCKET, type NodeFolder, volumeName } from './node-paths.ts'

export interface ShimPodOptions {
  readonly image: string
  /** The file or folder below the mounted folder of policies; unless given, the folder itself. */
  readonly policies?: string
  readonly webhooks: WebhookSource
  readonly kubernetesVersion: string
  /** Whose the mounted folders are. */
  readonly user: { readonly uid: number; readonly gid: number }
  /** Extra `gatehouse shim` flags. */
  readonly shimArgs?: readonly string[]
}

export const SHIM_CONTAINER = 'gatehouse-shim'

/** On the node's own loopback address, where the kubelet asks; nobody else reaches it. */
const PROBE_PORT = 9446
const STORE = '/gatehouse/store'

/**
 * The shim as a static Pod: the kubelet runs it without asking the API server, and starts it again. On the host's network, since
 * it has to be there before any Pod network is.
 */
export function shimStaticPod(options: ShimPodOptions): V1Pod {
  const labels = { 'app.kubernetes.io/name': 'gatehouse', component: SHIM_CONTAINER, tier: 'control-plane' }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: SHIM_CONTAINER, namespace: 'kube-system', labels },
    spec: {
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      containers: [shimContainer(options)],
      volumes: [...shimFolders(options.webhooks).map(hostVolume), ...scratchVolumes()],
    },
  }
}

/** The name by which kubeadm finds what to do with the file below. */
export const SIDECAR_PATCH_FILE = 'kube-apiserver+strategic.yaml'

/**
 * kubeadm's patch of the API server's static Pod: an init container that goes on running is up before the API server starts,
 * and ends after it. https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function shimSidecarPatch(options: ShimPodOptions) {
  // the volumes that the API server has as well are there already
  const shared: readonly NodeFolder[] = ['config', 'socket', 'staticManifests']
  const own = shimFolders(options.webhooks).filter((folder) => !shared.includes(folder))
  return {
    spec: {
      initContainers: [{ ...shimContainer(options), restartPolicy: 'Always' }],
      volumes: [...own.map(hostVolume), ...scratchVolumes()],
    },
  }
}

function shimContainer(options: ShimPodOptions): V1Container {
  const { image, webhooks, user } = options
  return {
    name: SHIM_CONTAINER,
    image,
    // loaded into the node; nothing of that name is in any registry
    imagePullPolicy: 'Never',
    // the image's entrypoint is the shim
    args: shimFlags(options),
    resources: { requests: { cpu: '50m', memory: '128Mi' } },
    startupProbe: {
      httpGet: { host: '127.0.0.1', port: PROBE_PORT, path: '/readiness' },
      periodSeconds: 1,
      failureThreshold: 120,
    },
    securityContext: {
      runAsUser: user.uid,
      runAsGroup: user.gid,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      ...shimFolders(webhooks).map((folder) => ({ name: volumeName(folder), mountPath: NODE_FOLDERS[folder] })),
      { name: 'gatehouse-store', mountPath: STORE },
      { name: 'gatehouse-tmp', mountPath: '/tmp' },
    ],
  }
}

function shimFlags({ policies, webhooks, kubernetesVersion, shimArgs = [] }: ShimPodOptions): string[] {
  const target =
    webhooks === 'static'
      ? [`--static-manifests=${NODE_FOLDERS.staticManifests}`]
      : ['--register=api', `--kubeconfig=${NODE_SHIM_KUBECONFIG}`]
  return [
    `--policies=${policies === undefined ? NODE_FOLDERS.policies : `${NODE_FOLDERS.policies}/${policies}`}`,
    `--socket=${NODE_SOCKET}`,
    // a container that is started again finds the socket of the one before
    '--takeover',
    `--cert-dir=${NODE_FOLDERS.certificates}`,
    `--policies-download-dir=${STORE}`,
    '--addr=127.0.0.1',
    `--readiness-probe-port=${PROBE_PORT}`,
    ...target,
    `--kubernetes-version=${kubernetesVersion}`,
    ...shimArgs,
  ]
}

function shimFolders(webhooks: WebhookSource): NodeFolder[] {
  return ['socket', 'certificates', 'policies', webhooks === 'static' ? 'staticManifests' : 'access']
}

function hostVolume(folder: NodeFolder): V1Volume {
  return { name: volumeName(folder), hostPath: { path: NODE_FOLDERS[folder], type: 'Directory' } }
}

function scratchVolumes(): V1Volume[] {
  return [
    { name: 'gatehouse-store', emptyDir: {} },
    { name: 'gatehouse-tmp', emptyDir: {} },
  ]
}
