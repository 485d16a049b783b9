import { setTimeout as delay } from 'node:timers/promises'
import { GatehouseError } from '../../util/errors.ts'
import { explainFailedProcess } from '../explain-failed-process.ts'
import { ensureProcess, stopClusterProcesses } from '../local/cluster-processes.ts'
import { shimProcess } from '../local/shim.ts'
import { answersOnSocket } from '../local/unix-probe.ts'
import { type NodeRecord, placementOf } from './node-record.ts'

const TIMEOUT_MS = 120_000
const POLL_MS = 100
const PROBE_MS = 5000

/**
 * Starts a shim that runs on the host unless it runs. One on the node is the kubelet's to start. @throws ERR_CLUSTER_START, or
 * the signal's reason
 */
export async function ensureHostShim(record: NodeRecord, signal?: AbortSignal): Promise<void> {
  const { wasmPolicies, webhooks, kubernetesVersion } = record.state
  if (wasmPolicies === undefined || webhooks === undefined || placementOf(record.state) !== 'host') return
  const { layout } = record
  const shim = shimProcess(layout.member, wasmPolicies, { webhooks, kubernetesVersion })
  try {
    await ensureProcess(layout, shim, signal)
  } catch (error) {
    throw explainFailedProcess(error, layout)
  }
}

export async function stopHostShim({ layout }: NodeRecord, graceMs?: number): Promise<void> {
  await stopClusterProcesses(layout, (name) => name === 'shim-1', graceMs)
}

/** Waits until the shim answers on the socket, wherever it runs: its folder is the host's in all placements. */
export async function waitForShim(
  { layout }: NodeRecord,
  signal?: AbortSignal,
  timeoutMs: number = TIMEOUT_MS,
): Promise<void> {
  const { name, member } = layout
  const { socket } = member
  const deadline = performance.now() + timeoutMs
  while (!(await answersOnSocket(socket, '/readiness', AbortSignal.timeout(PROBE_MS)).catch(() => false))) {
    signal?.throwIfAborted()
    if (performance.now() > deadline) {
      const message = `cluster '${name}': no shim answers on ${socket} after ${timeoutMs / 1000} s`
      throw new GatehouseError('ERR_CLUSTER_START', message, {
        hint: `Its log says why: gatehouse cluster logs --name ${name}. One whose start fails is kept by --retain.`,
      })
    }
    await delay(POLL_MS)
  }
}
