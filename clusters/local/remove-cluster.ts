import { rm } from 'node:fs/promises'
import { removeFromKubeconfig } from '../kubeconfig.ts'
import { stopAllProcesses } from './cluster-processes.ts'
import type { ClusterLayout } from './layout.ts'
import { contextName } from './members.ts'
import { ClusterRecord } from './record.ts'

/** Ends every process of the cluster and removes its files, however far its creation came. Needs its lock. */
export async function removeCluster(layout: ClusterLayout): Promise<void> {
  await stopAllProcesses(layout)
  // what cannot be read cannot be cleaned up by it either, and must not be in the way of the rest
  const record = await ClusterRecord.read(layout).catch(() => undefined)
  for (const file of record?.state.kubeconfigs ?? []) await removeFromKubeconfig(file, contextName(layout))
  await rm(layout.sockets, { recursive: true, force: true })
  await rm(layout.folder, { recursive: true, force: true })
}
