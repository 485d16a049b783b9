import { setTimeout as delay } from 'node:timers/promises'
import { CoreV1Api, type V1Node } from '@kubernetes/client-node'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { loadKubeConfig } from '../node/node-record.ts'
import { nodeState } from './node.ts'
import type { KindRecord } from './record.ts'

/** A node that was restarted needs some 20 s on a machine that is busy. */
const TIMEOUT_MS = 180_000
const POLL_MS = 250

/** Waits until the API server answers and says that the node is Ready. @throws ERR_CLUSTER_START, or the signal's reason */
export async function waitUntilReady(
  record: KindRecord,
  signal?: AbortSignal,
  timeoutMs: number = TIMEOUT_MS,
): Promise<void> {
  const api = loadKubeConfig(record).makeApiClient(CoreV1Api)
  const { node } = record.layout.member
  const deadline = performance.now() + timeoutMs
  let last = 'it was not asked'
  while (performance.now() < deadline) {
    signal?.throwIfAborted()
    try {
      last = describe(await api.readNode({ name: node }))
      if (last === 'True') return
    } catch (error) {
      // "fetch failed" alone says nothing
      const { cause } = error as Error
      last = cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`
      const state = await nodeState(record)
      if (state !== 'running') throw notReady(record, `its container is ${state ?? 'gone'}`)
    }
    await delay(POLL_MS)
  }
  throw notReady(record, `after ${timeoutMs / 1000} s: ${last}`)
}

function notReady({ layout }: KindRecord, why: string): GatehouseError {
  return new GatehouseError('ERR_CLUSTER_START', `node ${layout.member.node} is not Ready: ${why}`)
}

function describe({ status }: V1Node): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Ready')
  if (condition === undefined) return 'it says nothing of being Ready'
  return condition.status === 'True' ? 'True' : (condition.message ?? condition.status)
}
