import { writeFile } from 'node:fs/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { DEFAULT_SHIM_USER } from '../../plugin/exclusions.ts'
import { GatehouseError } from '../../util/errors.ts'
import { addToKubeconfig, createKubeconfig, type KubeconfigEntry } from '../kubeconfig.ts'
import { contextName } from '../local/members.ts'
import { loadKubeConfig } from '../node/node-record.ts'
import type { KindCommand } from './kind-command.ts'
import { execOnNode } from './node.ts'
import type { KindRecord } from './record.ts'

/** Writes the admin's kubeconfig, under our name for it, and into the files of the user's that have an entry of ours. */
export async function writeKubeconfigs(record: KindRecord, kind: KindCommand): Promise<void> {
  const { layout } = record
  const entry = toEntry(contextName(layout), await kind.run(['get', 'kubeconfig', `--name=${layout.name}`]))
  await writeFile(layout.member.kubeconfig, createKubeconfig(entry), { mode: 0o600 })
  for (const file of record.state.kubeconfigs) await addToKubeconfig(file, entry)
}

/** Writes the kubeconfig of a shim on the host: a user whom policies leave alone, signed by kubeadm on the node. */
export async function writeShimKubeconfig(record: KindRecord): Promise<void> {
  const { layout } = record
  const user = [`--client-name=${DEFAULT_SHIM_USER}`, '--org=system:masters', '--config=/kind/kubeadm.conf']
  const text = await execOnNode(record, ['kubeadm', 'kubeconfig', 'user', ...user])
  const server = loadKubeConfig(record).getCurrentCluster()?.server ?? ''
  const entry = { ...toEntry(contextName(layout), text), server }
  await writeFile(layout.member.shimKubeconfig, createKubeconfig(entry), { mode: 0o600 })
}

function toEntry(name: string, text: string): KubeconfigEntry {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(text)
  const [cluster, user] = [kubeConfig.getCurrentCluster(), kubeConfig.getCurrentUser()]
  const entry = { ca: cluster?.caData, cert: user?.certData, key: user?.keyData }
  const { ca, cert, key } = entry
  if (cluster === null || ca === undefined || cert === undefined || key === undefined) {
    throw new GatehouseError('ERR_CLUSTER_KIND', 'the kubeconfig that kind gives has no certificates in it')
  }
  return { name, server: cluster.server, ca: decode(ca), cert: decode(cert), key: decode(key) }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
