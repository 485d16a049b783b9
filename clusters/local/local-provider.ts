import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { runtimeFolder, stateFolder } from '../../util/config.ts'
import type { Steps } from '../../util/steps.ts'
import { checkClusterName, isClusterName } from '../cluster-name.ts'
import type { ClusterOptions, ClusterProvider, ClusterSummary } from '../cluster-provider.ts'
import { whileLocked } from '../while-locked.ts'
import { withAbsolutePaths } from '../with-absolute-paths.ts'
import { checkOptions } from './check-options.ts'
import { createCluster } from './create-cluster.ts'
import { type ClusterLayout, clusterLayout, clustersFolder } from './layout.ts'
import { LocalCluster } from './local-cluster.ts'
import { ClusterRecord } from './record.ts'
import { clusterExists, removeCluster } from './remove-cluster.ts'

export interface LocalProviderOptions {
  /** Where clusters live; the user's own folders unless given. */
  readonly stateFolder?: string
  readonly runtimeFolder?: string
}

/** Clusters of etcd and kube-apiserver as processes of this user. */
export class LocalProvider implements ClusterProvider {
  readonly #stateFolder: string
  readonly #runtimeFolder: string

  constructor(options: LocalProviderOptions = {}) {
    this.#stateFolder = resolve(options.stateFolder ?? stateFolder())
    this.#runtimeFolder = resolve(options.runtimeFolder ?? runtimeFolder())
  }

  async up(options: ClusterOptions, steps: Steps): Promise<LocalCluster> {
    checkOptions(options)
    const layout = this.#layout(options.name)
    return whileLocked({ layout, steps, signal: options.signal }, async () => {
      const isOld = (await ClusterRecord.read(layout)) !== undefined
      // a `down` that was cut off may have left anything
      if (!isOld) await removeCluster(layout)
      try {
        const record = await createCluster(layout, withAbsolutePaths(options), steps)
        return await LocalCluster.open(record)
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
    const names = await readdir(clustersFolder(this.#stateFolder)).catch(() => [])
    return Promise.all(
      names
        .filter(isClusterName)
        .sort()
        .map(async (name) => (await this.get(name)) ?? remains(name)),
    )
  }

  async get(name: string): Promise<LocalCluster | undefined> {
    checkClusterName(name)
    const record = await ClusterRecord.read(this.#layout(name))
    return record && (await LocalCluster.open(record))
  }

  #layout(name: string): ClusterLayout {
    return clusterLayout(name, this.#stateFolder, this.#runtimeFolder)
  }
}

/** A folder without its record: a creation or a removal was cut off. `down` removes it. */
function remains(name: string): ClusterSummary {
  return { name, kubernetesVersion: 'unknown', apiServers: 0, state: 'stopped' }
}
