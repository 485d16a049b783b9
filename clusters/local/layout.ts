import { join } from 'node:path'

/** Where everything of one cluster lies. Removing the two folders removes the cluster's files. */
export interface ClusterLayout {
  readonly name: string
  /** The cluster's folder; its absolute path is also the mark in its processes' environments. */
  readonly folder: string
  /** Unix sockets; apart because their paths must be short. */
  readonly sockets: string
  /** Held while the cluster is changed; outside the folder, since `down` removes that. */
  readonly lock: string
  readonly state: string
  readonly pki: PkiFiles
  readonly etcdData: string
  readonly etcdSocket: string
  readonly etcdPeerSocket: string
  /** Log files are `<process>.log` in it. */
  readonly logs: string
}

export interface PkiFiles {
  readonly folder: string
  readonly ca: string
  readonly caKey: string
  readonly server: string
  readonly serverKey: string
  readonly admin: string
  readonly adminKey: string
  /** The shims' client certificate. */
  readonly shim: string
  readonly shimKey: string
  readonly serviceAccountKey: string
  readonly serviceAccountPublicKey: string
}

/** Where the files of one API server, and of the shim beside it, lie. */
export interface MemberLayout {
  /** From 1. */
  readonly number: number
  readonly folder: string
  readonly kubeconfig: string
  readonly egressSelector: string
  readonly admissionConfiguration: string
  /** The folder above those of the static manifests; absent while the policies are API objects. */
  readonly staticManifests: string
  /** The shim's way to the API server, where it writes the webhook configurations. */
  readonly shimKubeconfig: string
  /** The shim's certificates. */
  readonly certificates: string
  /** Where the shim takes frames from an API server that sends them; beside the socket. */
  readonly framedSocket: string
  /** Modules that were pulled, for an API server that runs them itself. */
  readonly modules: string
  /** The shim's socket, in a folder of its own so that a shim can guard it. */
  readonly socket: string
}

export function clustersFolder(stateFolder: string): string {
  return join(stateFolder, 'clusters')
}

export function clusterLayout(name: string, stateFolder: string, runtimeFolder: string): ClusterLayout {
  const folder = join(clustersFolder(stateFolder), name)
  const sockets = join(runtimeFolder, name)
  const pki = join(folder, 'pki')
  return {
    name,
    folder,
    sockets,
    lock: join(stateFolder, 'locks', `${name}.lock`),
    state: join(folder, 'cluster.json'),
    pki: {
      folder: pki,
      ca: join(pki, 'ca.crt'),
      caKey: join(pki, 'ca.key'),
      server: join(pki, 'kube-apiserver.crt'),
      serverKey: join(pki, 'kube-apiserver.key'),
      admin: join(pki, 'admin.crt'),
      adminKey: join(pki, 'admin.key'),
      shim: join(pki, 'shim.crt'),
      shimKey: join(pki, 'shim.key'),
      serviceAccountKey: join(pki, 'service-account.key'),
      serviceAccountPublicKey: join(pki, 'service-account.pub'),
    },
    etcdData: join(folder, 'etcd'),
    etcdSocket: join(sockets, 'etcd.sock'),
    etcdPeerSocket: join(sockets, 'etcd-peer.sock'),
    logs: join(folder, 'logs'),
  }
}

export function memberLayout(cluster: ClusterLayout, number: number): MemberLayout {
  const folder = join(cluster.folder, `member-${number}`)
  return {
    number,
    folder,
    kubeconfig: join(folder, 'kubeconfig'),
    egressSelector: join(folder, 'egress-selector.yaml'),
    admissionConfiguration: join(folder, 'admission-configuration.yaml'),
    staticManifests: join(folder, 'static-manifests'),
    shimKubeconfig: join(folder, 'shim-kubeconfig'),
    certificates: join(folder, 'shim-certificates'),
    framedSocket: join(cluster.sockets, `shim-${number}`, 'framed.sock'),
    modules: join(folder, 'modules'),
    socket: join(cluster.sockets, `shim-${number}`, 'gatehouse.sock'),
  }
}
