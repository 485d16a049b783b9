import { join } from 'node:path'
import { type ClusterLayout, clusterLayout, type MemberLayout, memberLayout } from '../local/layout.ts'

/** Where everything of one k3s cluster lies on the host: as for a local cluster, below folders of its own. */
export interface K3sLayout extends ClusterLayout {
  readonly container: string
  readonly member: K3sMemberLayout
  readonly k3sLog: string
}

export interface K3sMemberLayout extends MemberLayout {
  /** What the API server's flags name; k3s sees it, the static manifests and the socket's folder under these same paths. */
  readonly config: string
  /** k3s's folder of configuration files, where ours is the only one. */
  readonly k3sConfigFolder: string
  readonly k3sConfig: string
}

export function k3sFolders(stateFolder: string, runtimeFolder: string) {
  return { stateFolder: join(stateFolder, 'k3s'), runtimeFolder: join(runtimeFolder, 'k3s') }
}

/** Both folders are those of `k3sFolders`. */
export function k3sLayout(name: string, stateFolder: string, runtimeFolder: string): K3sLayout {
  const cluster = clusterLayout(name, stateFolder, runtimeFolder)
  const member = memberLayout(cluster, 1)
  const config = join(member.folder, 'config')
  const k3sConfigFolder = join(member.folder, 'config.yaml.d')
  return {
    ...cluster,
    container: `gatehouse-k3s-${name}`,
    k3sLog: join(cluster.logs, 'k3s.log'),
    member: {
      ...member,
      config,
      egressSelector: join(config, 'egress-selector.yaml'),
      admissionConfiguration: join(config, 'admission-configuration.yaml'),
      k3sConfigFolder,
      k3sConfig: join(k3sConfigFolder, 'gatehouse.yaml'),
    },
  }
}
