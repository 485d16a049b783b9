import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ManagedProcess,
  type ProcessSpec,
  type Readiness,
  startProcess,
  stopProcesses,
  waitUntilReady,
} from '../../util/managed-process.ts'
import { identifyProcess, type ProcessIdentity } from '../../util/process-identity.ts'
import type { ClusterLayout } from './layout.ts'

const CLUSTER_MARK = 'GATEHOUSE_CLUSTER'
const PROCESS_MARK = 'GATEHOUSE_PROCESS'
/** kube-apiserver ends within two seconds of SIGTERM while its etcd is there. */
const GRACE_MS = 10_000

/** A process of a cluster, found by the mark in its environment. */
export interface ClusterProcess extends ProcessIdentity {
  /** `etcd`, `kube-apiserver-1`, `shim-1`. */
  readonly name: string
}

/**
 * The processes of a cluster that run now. Read from /proc instead of remembered: whoever started them may have
 * died before writing anything down, and a remembered pid may be a stranger's today.
 */
export async function findClusterProcesses({ folder }: Pick<ClusterLayout, 'folder'>): Promise<ClusterProcess[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const found = await Promise.all(pids.map((pid) => identifyMarked(pid, folder)))
  return found.filter((process) => process !== undefined)
}

async function identifyMarked(pid: number, folder: string): Promise<ClusterProcess | undefined> {
  const identity = identifyProcess(pid)
  if (identity === undefined) return undefined
  // unreadable: another user's, so not ours; or it has ended
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  const variables = environment.split('\0')
  if (!variables.includes(`${CLUSTER_MARK}=${folder}`)) return undefined
  const name = variables.find((variable) => variable.startsWith(`${PROCESS_MARK}=`))
  return { ...identity, name: name?.slice(PROCESS_MARK.length + 1) ?? 'unknown' }
}

/** One process of a cluster: how to start it, and when it is ready. */
export interface ClusterProcessSpec extends Omit<ProcessSpec, 'logFile'> {
  readonly readiness: Readiness
}

/** Starts a process of the cluster unless it runs, and waits until it is ready. @throws the signal's reason */
export async function ensureProcess(
  layout: ClusterLayout,
  spec: ClusterProcessSpec,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted()
  const logFile = logFileOf(layout, spec.name)
  const running = (await findClusterProcesses(layout)).find(({ name }) => name === spec.name)
  const managed: ManagedProcess =
    running === undefined
      ? await startProcess({ ...spec, logFile, environment: { ...spec.environment, ...marks(layout, spec.name) } })
      : { ...running, logFile }
  await waitUntilReady(managed, spec.readiness, signal)
}

/** Stops those processes of the cluster whose names the filter accepts. */
export async function stopClusterProcesses(
  layout: ClusterLayout,
  accepts: (name: string) => boolean,
  graceMs = GRACE_MS,
): Promise<void> {
  const processes = (await findClusterProcesses(layout)).filter(({ name }) => accepts(name))
  await stopProcesses(processes, graceMs)
}

/** Stops everything. The API servers go first: without etcd they would linger for half a minute. */
export async function stopAllProcesses(layout: ClusterLayout): Promise<void> {
  await stopClusterProcesses(layout, (name) => name !== 'etcd')
  await stopClusterProcesses(layout, () => true)
}

export function logFileOf({ logs }: ClusterLayout, name: string): string {
  return join(logs, `${name}.log`)
}

function marks({ folder }: ClusterLayout, name: string): Record<string, string> {
  return { [CLUSTER_MARK]: folder, [PROCESS_MARK]: name }
}
