import { join } from 'node:path'
import { type ClusterLayout, clusterLayout, type MemberLayout, memberLayout } from '../local/layout.ts'

/** Where everything of one kind cluster lies on the host: as for a local cluster, below folders of its own. */
export interface KindLayout extends ClusterLayout {
  readonly clusterFile: string
  /** What kind writes about it, so that it leaves the user's own file alone. */
  readonly kindKubeconfig: string
  /** What `kind export logs` writes. */
  readonly exportedLogs: string
  readonly member: KindMemberLayout
}

/** The one control plane: its API server and the shim. */
export interface KindMemberLayout extends MemberLayout {
  /** The container. */
  readonly node: string
  readonly config: string
  readonly patches: string
  readonly staticPod: string
}

export function kindFolders(stateFolder: string, runtimeFolder: string) {
  return { stateFolder: join(stateFolder, 'kind'), runtimeFolder: join(runtimeFolder, 'kind') }
}

/** Both folders are those of `kindFolders`. */
export function kindLayout(name: string, stateFolder: string, runtimeFolder: string): KindLayout {
  const cluster = clusterLayout(name, stateFolder, runtimeFolder)
  const member = memberLayout(cluster, 1)
  const config = join(member.folder, 'config')
  return {
    ...cluster,
    clusterFile: join(cluster.folder, 'cluster.yaml'),
    kindKubeconfig: join(cluster.folder, 'kind-kubeconfig'),
    exportedLogs: join(cluster.logs, 'kind'),
    member: {
      ...member,
      node: `${name}-control-plane`,
      config,
      egressSelector: join(config, 'egress-selector.yaml'),
      admissionConfiguration: join(config, 'admission-configuration.yaml'),
      patches: join(member.folder, 'patches'),
      staticPod: join(member.folder, 'gatehouse-shim.yaml'),
    },
  }
}
