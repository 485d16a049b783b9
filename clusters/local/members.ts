import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isGatehouseError } from '../../util/errors.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { createKubeconfig } from '../kubeconfig.ts'
import { type ClusterProcessSpec, ensureProcess } from './cluster-processes.ts'
import { etcdProcess } from './etcd.ts'
import { apiServerGateAdditions, ensureShimCertificates } from './gate.ts'
import { kubeApiServerProcess } from './kube-apiserver.ts'
import { type ClusterLayout, type MemberLayout, memberLayout } from './layout.ts'
import { readAdminCredentials, readShimCredentials } from './pki.ts'
import { findFreePorts } from './ports.ts'
import { type ClusterRecord, hasShims, hasWebhooks } from './record.ts'
import { shimProcess } from './shim.ts'

const PORT_ATTEMPTS = 5

/** Starts etcd unless it runs. */
export async function ensureEtcd(record: ClusterRecord, signal?: AbortSignal): Promise<void> {
  await ensureProcess(record.layout, etcdProcess(record.layout, record.state.binaries.etcd.path), signal)
}

/** Starts a member's shim unless it runs. Nothing while the gate is off, or while API servers run policies themselves. */
export async function ensureShim(record: ClusterRecord, number: number, signal?: AbortSignal): Promise<void> {
  const { wasmPolicies, webhooks = 'api', binaries } = record.state
  if (wasmPolicies === undefined || !hasShims(record.state)) return
  const member = memberLayout(record.layout, number)
  await makeFolder(dirname(member.socket), 0o700)
  await ensureShimCertificates(member)
  const registers = hasWebhooks(record.state)
  if (registers && webhooks === 'api') await writeShimKubeconfig(record, member)
  const beside = registers ? { webhooks, kubernetesVersion: binaries.kubeApiServer.version } : 'framed'
  await ensureProcess(record.layout, shimProcess(member, wasmPolicies, beside), signal)
}

/** Starts a member's API server unless it runs. When somebody else sits on its port by now, it moves to another. */
export async function ensureApiServer(record: ClusterRecord, number: number, signal?: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await writeMemberKubeconfig(record, number)
      return await ensureProcess(record.layout, await apiServerProcess(record, number), signal)
    } catch (error) {
      const isTaken = isGatehouseError(error, 'ERR_PROCESS_EXITED') && error.message.includes('address already in use')
      if (!isTaken || attempt === PORT_ATTEMPTS) throw error
      const [port = 0] = await findFreePorts(1)
      await record.update({ ports: record.state.ports.with(number - 1, port) })
    }
  }
}

async function apiServerProcess(record: ClusterRecord, number: number): Promise<ClusterProcessSpec> {
  const member = memberLayout(record.layout, number)
  const { apiServerArgs, memberArgs, binaries, ports } = record.state
  const given = [...apiServerArgs, ...(memberArgs[number - 1] ?? [])]
  const { flags, environment } = await apiServerAdditions(record, member, given)
  return kubeApiServerProcess(record.layout, {
    number,
    command: binaries.kubeApiServer.path,
    port: ports[number - 1] ?? 0,
    flags,
    environment,
    credentials: await readAdminCredentials(record.layout.pki),
  })
}

// The plugin's entry is made from the policies, which a stock cluster does not load.
async function apiServerAdditions(record: ClusterRecord, member: MemberLayout, given: readonly string[]) {
  const isOurs = record.state.wasmPolicies !== undefined && !hasWebhooks(record.state)
  if (!isOurs) return apiServerGateAdditions(record, member, given)
  return (await import('./in-process.ts')).inProcessAdditions(record, member, given)
}

/** What the admin needs in order to reach one member. */
export async function kubeconfigEntry(record: ClusterRecord, number: number) {
  const credentials = await readAdminCredentials(record.layout.pki)
  return { name: contextName(record.layout), server: serverOf(record, number), ...credentials }
}

export function contextName(layout: ClusterLayout): string {
  return `gatehouse-${layout.name}`
}

export function serverOf({ state }: ClusterRecord, number: number): string {
  return `https://127.0.0.1:${state.ports[number - 1]}`
}

export function membersOf(record: ClusterRecord): MemberLayout[] {
  return record.members.map((number) => memberLayout(record.layout, number))
}

// Here and not where the API server starts: only then is its port certain.
async function writeShimKubeconfig(record: ClusterRecord, { number, shimKubeconfig }: MemberLayout): Promise<void> {
  const credentials = await readShimCredentials(record.layout.pki)
  const entry = { name: contextName(record.layout), server: serverOf(record, number), ...credentials }
  await writeFile(shimKubeconfig, createKubeconfig(entry), { mode: 0o600 })
}

async function writeMemberKubeconfig(record: ClusterRecord, number: number): Promise<void> {
  const { folder, kubeconfig } = memberLayout(record.layout, number)
  await makeFolder(folder)
  await writeFile(kubeconfig, createKubeconfig(await kubeconfigEntry(record, number)), { mode: 0o600 })
}
