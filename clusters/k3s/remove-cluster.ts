import { rm } from 'node:fs/promises'
import { removeFromKubeconfig } from '../kubeconfig.ts'
import { stopAllProcesses } from '../local/cluster-processes.ts'
import { contextName } from '../local/members.ts'
import { removeContainer } from './container.ts'
import type { K3sLayout } from './layout.ts'
import { K3sRecord } from './record.ts'

/** Removes k3s, ends the shim and removes the cluster's files, however far its creation came. Needs its lock. */
export async function removeCluster(layout: K3sLayout): Promise<void> {
  // without a record there is no container of ours yet
  const record = await K3sRecord.read(layout).catch(() => undefined)
  if (record !== undefined) await removeContainer(record)
  await stopAllProcesses(layout)
  for (const file of record?.state.kubeconfigs ?? []) await removeFromKubeconfig(file, contextName(layout))
  await rm(layout.sockets, { recursive: true, force: true })
  await rm(layout.folder, { recursive: true, force: true })
}
