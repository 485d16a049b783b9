import { writeFile } from 'node:fs/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { DEFAULT_SHIM_USER } from '../../plugin/exclusions.ts'
import { issueCertificate } from '../../util/certificates.ts'
import { GatehouseError } from '../../util/errors.ts'
import { addToKubeconfig, createKubeconfig, type KubeconfigEntry } from '../kubeconfig.ts'
import { contextName } from '../local/members.ts'
import { execInK3s, readServer } from './container.ts'
import type { K3sRecord } from './record.ts'

const ADMIN = '/etc/rancher/k3s/k3s.yaml'
const CLIENT_AUTHORITY = '/var/lib/rancher/k3s/server/tls/client-ca'
const DAY_MS = 24 * 60 * 60 * 1000

/** Writes the admin's kubeconfig, and into the files of the user's that have an entry of ours. */
export async function writeKubeconfigs(record: K3sRecord): Promise<void> {
  const entry = await readEntry(record)
  await writeFile(record.layout.member.kubeconfig, createKubeconfig(entry), { mode: 0o600 })
  for (const file of record.state.kubeconfigs) await addToKubeconfig(file, entry)
}

/** Writes the kubeconfig of the shim: a user whom policies leave alone, signed by the authority of k3s's clients. */
export async function writeShimKubeconfig(record: K3sRecord): Promise<void> {
  const authority = {
    certificate: await execInK3s(record, ['cat', `${CLIENT_AUTHORITY}.crt`]),
    key: await execInK3s(record, ['cat', `${CLIENT_AUTHORITY}.key`]),
  }
  const { certificate, key } = await issueCertificate(authority, {
    commonName: DEFAULT_SHIM_USER,
    organization: 'system:masters',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
  })
  const entry = { ...(await readEntry(record)), cert: certificate, key }
  await writeFile(record.layout.member.shimKubeconfig, createKubeconfig(entry), { mode: 0o600 })
}

async function readEntry(record: K3sRecord): Promise<KubeconfigEntry> {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromString(await execInK3s(record, ['cat', ADMIN]))
  const [cluster, user] = [kubeConfig.getCurrentCluster(), kubeConfig.getCurrentUser()]
  const [ca, cert, key] = [cluster?.caData, user?.certData, user?.keyData]
  if (ca === undefined || cert === undefined || key === undefined) {
    throw new GatehouseError('ERR_CLUSTER_K3S', `the kubeconfig ${ADMIN} in k3s's container has no certificates in it`)
  }
  const name = contextName(record.layout)
  return { name, server: await readServer(record), ca: decode(ca), cert: decode(cert), key: decode(key) }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
