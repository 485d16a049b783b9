import { setTimeout as delay } from 'node:timers/promises'
import { CoreV1Api, type V1Node } from '@kubernetes/client-node'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { loadKubeConfig } from '../node/node-record.ts'
import { containerState, endOf, readK3sLog } from './container.ts'
import type { K3sRecord } from './record.ts'

const TIMEOUT_MS = 180_000
const POLL_MS = 250

/** Waits until the API server answers and its nodes, if k3s has any, are Ready. @throws ERR_CLUSTER_START, or the signal's reason */
export async function waitUntilReady(record: K3sRecord, signal?: AbortSignal): Promise<void> {
  const api = loadKubeConfig(record).makeApiClient(CoreV1Api)
  const deadline = performance.now() + TIMEOUT_MS
  let last = 'it was not asked'
  while (performance.now() < deadline) {
    signal?.throwIfAborted()
    try {
      const waiting = (await api.listNode()).items.filter((node) => !isReady(node))
      if (waiting.length === 0) return
      last = `its node ${waiting.map(({ metadata }) => metadata?.name).join(', ')} is not Ready`
    } catch (error) {
      last = messageOf(error)
      const state = await containerState(record)
      if (state !== 'running') throw notReady(record, `its container is ${state ?? 'gone'}${await readEnd(record)}`)
    }
    await delay(POLL_MS)
  }
  throw notReady(record, `not after ${TIMEOUT_MS / 1000} s: ${last}`)
}

async function readEnd(record: K3sRecord): Promise<string> {
  return endOf(await readK3sLog(record).catch(() => ''))
}

function isReady({ status }: V1Node): boolean {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
}

function notReady({ layout }: K3sRecord, reason: string): GatehouseError {
  return new GatehouseError('ERR_CLUSTER_START', `k3s is not ready: ${reason}`, {
    hint: `A cluster whose start fails is kept by --retain, with its log: gatehouse cluster logs k3s --name ${layout.name}.`,
  })
}
