import { FolderProvider, type ProviderFolders, resolveFolders } from '../folder-provider.ts'
import { checkOptions } from './check-options.ts'
import { createCluster } from './create-cluster.ts'
import { K3sCluster } from './k3s-cluster.ts'
import { type K3sLayout, k3sFolders, k3sLayout } from './layout.ts'
import { type K3sOptions, K3sRecord } from './record.ts'
import { removeCluster } from './remove-cluster.ts'

/** Clusters of k3s: one server in a container, with the agent and the Pods that it brings. */
export class K3sProvider extends FolderProvider<K3sOptions, K3sLayout, K3sRecord, K3sCluster> {
  constructor(folders: ProviderFolders = {}) {
    const { stateFolder, runtimeFolder } = resolveFolders(folders)
    super(k3sFolders(stateFolder, runtimeFolder), {
      layout: k3sLayout,
      check: checkOptions,
      read: (layout) => K3sRecord.read(layout),
      isWhole: ({ state }) => state.isCreated,
      create: createCluster,
      open: (record) => K3sCluster.open(record),
      remove: removeCluster,
    })
  }
}
