import { FolderProvider, type ProviderFolders, resolveFolders } from '../folder-provider.ts'
import { checkOptions } from './check-options.ts'
import { createCluster } from './create-cluster.ts'
import { KindCluster } from './kind-cluster.ts'
import { type KindLayout, kindFolders, kindLayout } from './layout.ts'
import { type KindOptions, KindRecord } from './record.ts'
import { removeCluster } from './remove-cluster.ts'

/** Clusters of kind: a whole node in a container, with kubelet, scheduler and Pods that run. */
export class KindProvider extends FolderProvider<KindOptions, KindLayout, KindRecord, KindCluster> {
  constructor(folders: ProviderFolders = {}) {
    const { stateFolder, runtimeFolder } = resolveFolders(folders)
    super(kindFolders(stateFolder, runtimeFolder), {
      layout: kindLayout,
      check: checkOptions,
      read: (layout) => KindRecord.read(layout),
      isWhole: ({ state }) => state.isCreated,
      create: createCluster,
      open: (record) => KindCluster.open(record),
      remove: removeCluster,
    })
  }
}
