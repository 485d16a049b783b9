import { GatehouseError } from '../util/errors.ts'
import type { Answer } from './api-client.ts'
import type { Send } from './load.ts'
import { benchPod, REQUEST_PATH } from './objects.ts'
import type { BenchPod } from './policies.ts'
import type { StartedRig } from './rig.ts'
import { ROWS, type Row, type RowName } from './rows.ts'

const CREATED = 201

/** The request of each row; it rejects unless the API server would have created the Pod. */
export function benchSends(rig: StartedRig): Readonly<Record<RowName, Send>> {
  const sends = ROWS.map((row) => {
    const body = JSON.stringify(benchPod(row.name))
    const send: Send = async () => {
      const answer = await rig.clients[row.apiServer].send('POST', REQUEST_PATH, body)
      if (answer.status !== CREATED) throw unexpected(row, answer, 'should allow the Pod')
    }
    return [row.name, send] as const
  })
  return Object.fromEntries(sends) as Record<RowName, Send>
}

/**
 * Sends each row a Pod that the policy denies. Rows with the policy must deny it, rows without must not: a webhook that
 * is not in force yet, or in force on a wrong row, would give figures that look fine.
 */
export async function proveRows(rig: StartedRig): Promise<void> {
  for (const row of ROWS) await proveRow(rig, row)
}

const POLICED: ReadonlySet<RowName> = new Set(['cel', 'shim', 'loopback'])
const PROOF_TIMEOUT_MS = 30_000
const POLL_MS = 100

// API servers learn of new policies by watching, each in its own time.
async function proveRow(rig: StartedRig, row: Row): Promise<void> {
  const isPoliced = POLICED.has(row.name)
  const deadline = performance.now() + PROOF_TIMEOUT_MS
  for (;;) {
    const answer = await sendSpoiled(rig, row)
    const isDenied = answer.status >= 400 && answer.status < 500
    if (isPoliced ? isDenied : answer.status === CREATED) return
    if (performance.now() > deadline) {
      throw unexpected(row, answer, isPoliced ? 'should deny the Pod' : 'should allow the Pod')
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function sendSpoiled({ clients, policy }: StartedRig, row: Row): Promise<Answer> {
  const pod: BenchPod = policy.spoil(benchPod(row.name))
  return clients[row.apiServer].send('POST', REQUEST_PATH, JSON.stringify(pod))
}

function unexpected(row: Row, { status, text }: Answer, should: string): GatehouseError {
  const message = `row ${row.name} (${row.title}) ${should}; the API server answered ${status}: ${text.slice(0, 500)}`
  return new GatehouseError('ERR_CLUSTER_API', message)
}
