import { posix } from 'node:path'
import { DEFAULT_FEATURE_GATES, type FeatureGates } from '../feature-gates.ts'
import { toYaml } from '../yaml.ts'
import { kindCluster, kindNodeFiles } from './kind-cluster.ts'
import { NODE_FOLDERS, type NodeFolder } from './node-paths.ts'
import type { KindClusterOptions, KindNode, KindShim, ShimPlacement } from './options.ts'
import { type ShimPodOptions, SIDECAR_PATCH_FILE, shimSidecarPatch, shimStaticPod } from './shim-pod.ts'

/** An ordinary machine with an image of kind's own. */
const ORDINARY: KindNode = { cgroupVersion: 2, hasCni: false }
/** The image of scripts/build-node-image, on a machine that has cgroup v1. */
const WITHOUT_REGISTRY: KindNode = { cgroupVersion: 1, cgroupDriver: 'cgroupfs', hasCni: true }

const SHIM_IMAGE = 'kube-gatehouse/shim:dev'
/** Users of the node are those of the host: root owns what an engine creates. */
const ROOT = { uid: 0, gid: 0 }

interface Sample {
  readonly gates: FeatureGates
  readonly options: KindClusterOptions
}

/** The files of kind-config/, by their paths in it: a folder for each kind of cluster. */
export function sampleKindConfigs(): Readonly<Record<string, string>> {
  return Object.assign({}, ...Object.entries(samples()).map(([name, sample]) => filesOf(name, sample)))
}

function samples(): Readonly<Record<string, Sample>> {
  return {
    stock: { gates: DEFAULT_FEATURE_GATES, options: { ...base(), controlPlanes: 1 } },
    host: gated({ placement: 'host' }),
    'static-pod': gated({ placement: 'static-pod' }),
    sidecar: gated({ placement: 'sidecar' }),
    'api-objects': gated({ placement: 'host', kubernetesVersion: '1.35' }),
    'without-registry': gated({ placement: 'host', node: WITHOUT_REGISTRY }),
    'three-control-planes': gated({ placement: 'sidecar', controlPlanes: 3, workers: 2 }),
  }
}

function base(): KindClusterOptions {
  return {
    name: 'gatehouse',
    kubernetesVersion: '1.37',
    controlPlanes: 1,
    workers: 0,
    node: ORDINARY,
    apiServerArgs: [],
  }
}

function gated({ placement, ...options }: Partial<KindClusterOptions> & { placement: ShimPlacement }): Sample {
  const { kubernetesVersion } = { ...base(), ...options }
  const webhooks = kubernetesVersion === '1.35' ? 'api' : 'static'
  const shim: KindShim = { placement, webhooks, hostPaths: (number) => hostPaths(number) }
  return { gates: { WasmPolicies: true }, options: { ...base(), ...options, shim } }
}

// What all control planes share stands once; what one of them writes is its own. kind reads the paths from the working folder.
function hostPaths(controlPlane: number): Readonly<Record<NodeFolder | 'staticPod', string>> {
  const own = (folder: string) => `./node-${controlPlane}/${folder}`
  return {
    config: './config',
    policies: './policies',
    patches: './patches',
    access: './access',
    staticPod: './gatehouse-shim.yaml',
    socket: own('socket'),
    staticManifests: own('static-manifests'),
    certificates: own('certificates'),
  }
}

function filesOf(name: string, { gates, options }: Sample): Record<string, string> {
  const configuration = Object.entries(kindNodeFiles(gates, options)).map(([path, object]): [string, string] => [
    posix.join('config', posix.relative(NODE_FOLDERS.config, path)),
    toYaml([object]),
  ])
  const files: [string, string][] = [
    ['cluster.yaml', toYaml([kindCluster(gates, options)])],
    ...configuration,
    ...podFiles(options),
  ]
  return Object.fromEntries(files.map(([file, text]) => [posix.join(name, file), text]))
}

function podFiles({ shim, kubernetesVersion }: KindClusterOptions): [string, string][] {
  if (shim === undefined || shim.placement === 'host') return []
  const pod: ShimPodOptions = { image: SHIM_IMAGE, webhooks: shim.webhooks, kubernetesVersion, user: ROOT }
  return shim.placement === 'sidecar'
    ? [[`patches/${SIDECAR_PATCH_FILE}`, toYaml([shimSidecarPatch(pod)])]]
    : [['gatehouse-shim.yaml', toYaml([shimStaticPod(pod)])]]
}
