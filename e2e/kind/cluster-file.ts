import { isOwnNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import type { ContainerEngine } from '../../containers/engine.ts'
import { kindCluster } from '../../plugin/kind/kind-cluster.ts'
import { apiServerPatches } from '../../plugin/kind/kubeadm-patches.ts'
import { toYaml } from '../../plugin/yaml.ts'

export interface ClusterFileOptions {
  readonly name: string
  readonly kubernetesVersion: string
  readonly image: string
  /** A folder that the API server sees under its path here. */
  readonly shared: string
}

/** kind's file of a stock cluster, but for one folder that is mounted: what an operator has to have in any case. */
export async function writeClusterFile(engine: ContainerEngine, options: ClusterFileOptions): Promise<string> {
  const { name, kubernetesVersion, image, shared } = options
  const isOwn = isOwnNodeImage(image)
  const cgroupVersion = (await readCgroupVersion(engine)) === '1' ? 1 : 2
  const stock = kindCluster(
    { WasmPolicies: false },
    {
      name,
      kubernetesVersion,
      controlPlanes: 1,
      workers: 0,
      apiServerArgs: [],
      node: { image, cgroupVersion, hasCni: isOwn, ...(isOwn && { cgroupDriver: 'cgroupfs' }) },
    },
  )
  const volume = { name: 'gatehouse', hostPath: shared, mountPath: shared, readOnly: true, pathType: 'Directory' }
  return toYaml([
    {
      ...stock,
      nodes: stock.nodes.map((node) => ({ ...node, extraMounts: [{ hostPath: shared, containerPath: shared }] })),
      kubeadmConfigPatchesJSON6902: apiServerPatches({ args: [], volumes: [volume] }),
    },
  ])
}

function readCgroupVersion(engine: ContainerEngine): Promise<string> {
  const format = engine.name === 'docker' ? '{{.CgroupVersion}}' : '{{.Host.CgroupsVersion}}'
  return engine.run(['info', '--format', format]).then((version) => version.replace(/^v/, ''))
}
