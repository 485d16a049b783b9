import { rm } from 'node:fs/promises'
import { removeFromKubeconfig } from '../kubeconfig.ts'
import { stopAllProcesses } from '../local/cluster-processes.ts'
import { contextName } from '../local/members.ts'
import { KindCommand } from './kind-command.ts'
import type { KindLayout } from './layout.ts'
import { engineOf } from './node.ts'
import { KindRecord } from './record.ts'

/** Removes the node, ends the shim and removes the cluster's files, however far its creation came. Needs its lock. */
export async function removeCluster(layout: KindLayout): Promise<void> {
  // without a record nothing of ours was given to kind yet
  const record = await KindRecord.read(layout).catch(() => undefined)
  if (record !== undefined) await deleteNode(record)
  await stopAllProcesses(layout)
  for (const file of record?.state.kubeconfigs ?? []) await removeFromKubeconfig(file, contextName(layout))
  await rm(layout.sockets, { recursive: true, force: true })
  await rm(layout.folder, { recursive: true, force: true })
}

async function deleteNode(record: KindRecord): Promise<void> {
  const { layout, state } = record
  const kind = new KindCommand(state.kind, engineOf(record))
  await kind.run(['delete', 'cluster', `--name=${layout.name}`, `--kubeconfig=${layout.kindKubeconfig}`])
}
