import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { runtimeFolder, stateFolder } from '../../util/config.ts'
import type { Steps } from '../../util/steps.ts'
import { checkClusterName, isClusterName } from '../cluster-name.ts'
import type { ClusterProvider, ClusterSummary } from '../cluster-provider.ts'
import { clustersFolder } from '../local/layout.ts'
import type { LocalProviderOptions } from '../local/local-provider.ts'
import { whileLocked } from '../while-locked.ts'
import { withAbsolutePaths } from '../with-absolute-paths.ts'
import { checkOptions } from './check-options.ts'
import { createCluster } from './create-cluster.ts'
import { KindCluster } from './kind-cluster.ts'
import { type KindLayout, kindFolders, kindLayout } from './layout.ts'
import { type KindOptions, KindRecord } from './record.ts'
import { clusterExists, removeCluster } from './remove-cluster.ts'

/** Clusters of kind: a whole node in a container, with kubelet, scheduler and Pods that run. */
export class KindProvider implements ClusterProvider {
  readonly #stateFolder: string
  readonly #runtimeFolder: string

  constructor(options: LocalProviderOptions = {}) {
    const folders = kindFolders(
      resolve(options.stateFolder ?? stateFolder()),
      resolve(options.runtimeFolder ?? runtimeFolder()),
    )
    this.#stateFolder = folders.stateFolder
    this.#runtimeFolder = folders.runtimeFolder
  }

  async up(options: KindOptions, steps: Steps): Promise<KindCluster> {
    checkOptions(options)
    const layout = this.#layout(options.name)
    return whileLocked({ layout, steps, signal: options.signal }, async () => {
      const isOld = (await KindRecord.read(layout))?.state.isCreated === true
      if (!isOld) await removeCluster(layout)
      try {
        return await KindCluster.open(await createCluster(layout, withAbsolutePaths(options), steps))
      } catch (error) {
        // a cluster that was there before holds the user's objects: it stays, whatever went wrong today
        if (!isOld && options.retain !== true) await removeCluster(layout)
        throw error
      }
    })
  }

  async down(name: string, steps: Steps): Promise<boolean> {
    checkClusterName(name)
    const layout = this.#layout(name)
    return whileLocked({ layout, steps }, async () => {
      const exists = await clusterExists(layout)
      if (exists) await steps.run(`Removing cluster '${name}'`, () => removeCluster(layout))
      return exists
    })
  }

  async list(): Promise<readonly ClusterSummary[]> {
    const names = (await readdir(clustersFolder(this.#stateFolder)).catch(() => [])).filter(isClusterName).sort()
    return Promise.all(names.map(async (name) => (await this.get(name)) ?? remains(name)))
  }

  async get(name: string): Promise<KindCluster | undefined> {
    checkClusterName(name)
    const record = await KindRecord.read(this.#layout(name))
    return record && (await KindCluster.open(record))
  }

  #layout(name: string): KindLayout {
    return kindLayout(name, this.#stateFolder, this.#runtimeFolder)
  }
}

/** A folder without its record: a creation or a removal was cut off. `down` removes it. */
function remains(name: string): ClusterSummary {
  return { name, kubernetesVersion: 'unknown', apiServers: 0, state: 'stopped' }
}
