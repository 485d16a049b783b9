import { readdir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { runtimeFolder, stateFolder } from '../util/config.ts'
import type { Steps } from '../util/steps.ts'
import { checkClusterName, isClusterName } from './cluster-name.ts'
import type { Cluster, ClusterOptions, ClusterProvider, ClusterSummary } from './cluster-provider.ts'
import { type ClusterLayout, clustersFolder } from './local/layout.ts'
import { whileLocked } from './while-locked.ts'
import { withAbsolutePaths } from './with-absolute-paths.ts'

export interface ProviderFolders {
  /** Where clusters live; the user's own folders unless given. */
  readonly stateFolder?: string
  readonly runtimeFolder?: string
}

/** One sort of clusters, by what is done with one of them. */
export interface ClusterSort<Options, Layout, ClusterRecord, StartedCluster> {
  layout(name: string, stateFolder: string, runtimeFolder: string): Layout
  /** Refuses options that no cluster of this sort can have. */
  check(options: ClusterOptions): void
  read(layout: Layout): Promise<ClusterRecord | undefined>
  /** Whether the record is of a cluster that may hold the user's objects, and not the rest of a start that was cut off. */
  isWhole(record: ClusterRecord): boolean
  /** Brings the cluster to the state that the options ask for, be it absent, half there or running. Has its lock. */
  create(layout: Layout, options: Options, steps: Steps): Promise<ClusterRecord>
  open(record: ClusterRecord): Promise<StartedCluster>
  /** Takes away all of it, however far its creation came. Has its lock. */
  remove(layout: Layout): Promise<void>
}

/** Clusters that have a folder and a record each: what a provider does, whatever they run on. */
export class FolderProvider<
  Options extends ClusterOptions,
  Layout extends ClusterLayout,
  ClusterRecord,
  StartedCluster extends Cluster,
> implements ClusterProvider
{
  readonly #folders: Required<ProviderFolders>
  readonly #sort: ClusterSort<Options, Layout, ClusterRecord, StartedCluster>

  constructor(folders: Required<ProviderFolders>, sort: ClusterSort<Options, Layout, ClusterRecord, StartedCluster>) {
    this.#folders = folders
    this.#sort = sort
  }

  async up(options: Options, steps: Steps): Promise<StartedCluster> {
    this.#sort.check(options)
    const layout = this.#layout(options.name)
    return whileLocked({ layout, steps, signal: options.signal }, async () => {
      const found = await this.#sort.read(layout)
      const isOld = found !== undefined && this.#sort.isWhole(found)
      // an `up` or a `down` that was cut off may have left anything
      if (!isOld) await this.#sort.remove(layout)
      try {
        return await this.#sort.open(await this.#sort.create(layout, withAbsolutePaths(options), steps))
      } catch (error) {
        // a cluster that was there before holds the user's objects: it stays, whatever went wrong today
        if (!isOld && options.retain !== true) await this.#sort.remove(layout)
        throw error
      }
    })
  }

  async down(name: string, steps: Steps): Promise<boolean> {
    checkClusterName(name)
    const layout = this.#layout(name)
    return whileLocked({ layout, steps }, async () => {
      const exists = await isThere(layout.folder)
      if (exists) await steps.run(`Removing cluster '${name}'`, () => this.#sort.remove(layout))
      return exists
    })
  }

  async list(): Promise<readonly ClusterSummary[]> {
    const entries = await readdir(clustersFolder(this.#folders.stateFolder)).catch(() => [])
    const names = entries.filter(isClusterName).sort()
    return Promise.all(names.map(async (name) => (await this.get(name)) ?? remains(name)))
  }

  async get(name: string): Promise<StartedCluster | undefined> {
    checkClusterName(name)
    const record = await this.#sort.read(this.#layout(name))
    return record && (await this.#sort.open(record))
  }

  #layout(name: string): Layout {
    return this.#sort.layout(name, this.#folders.stateFolder, this.#folders.runtimeFolder)
  }
}

/** Those that are given, absolute; the user's own for the rest. */
export function resolveFolders(folders: ProviderFolders): Required<ProviderFolders> {
  return {
    stateFolder: resolve(folders.stateFolder ?? stateFolder()),
    runtimeFolder: resolve(folders.runtimeFolder ?? runtimeFolder()),
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** A folder without its record: a creation or a removal was cut off. `down` removes it. */
function remains(name: string): ClusterSummary {
  return { name, kubernetesVersion: 'unknown', apiServers: 0, state: 'stopped' }
}
