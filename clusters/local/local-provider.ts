import type { ClusterOptions } from '../cluster-provider.ts'
import { FolderProvider, type ProviderFolders, resolveFolders } from '../folder-provider.ts'
import { checkOptions } from './check-options.ts'
import { createCluster } from './create-cluster.ts'
import { type ClusterLayout, clusterLayout } from './layout.ts'
import { LocalCluster } from './local-cluster.ts'
import { ClusterRecord } from './record.ts'
import { removeCluster } from './remove-cluster.ts'

/** Clusters of etcd and kube-apiserver as processes of this user. */
export class LocalProvider extends FolderProvider<ClusterOptions, ClusterLayout, ClusterRecord, LocalCluster> {
  constructor(folders: ProviderFolders = {}) {
    super(resolveFolders(folders), {
      layout: clusterLayout,
      check: checkOptions,
      read: (layout) => ClusterRecord.read(layout),
      isWhole: () => true,
      create: createCluster,
      open: (record) => LocalCluster.open(record),
      remove: removeCluster,
    })
  }
}
