import { GatehouseError } from '../util/errors.ts'
import type { Answer } from './api-client.ts'
import type { Proof } from './experiment.ts'
import type { Send } from './load.ts'
import { REQUEST_PATH } from './objects.ts'
import type { StartedRig } from './rig.ts'
import type { Row } from './rows.ts'

const CREATED = 201

/** The request of each row; it rejects unless the API server would have created the Pod. */
export function benchSends(rig: StartedRig): Readonly<Record<string, Send>> {
  const { rows, podOf } = rig.experiment
  const sends = rows.map((row) => {
    const body = JSON.stringify(podOf(row))
    const send: Send = async () => {
      const answer = await rig.clients[row.apiServer].send('POST', REQUEST_PATH, body)
      if (answer.status !== CREATED) throw unexpected(row, answer, 'should allow the Pod')
    }
    return [row.name, send] as const
  })
  return Object.fromEntries(sends)
}

/**
 * Sends Pods that policies deny. Rows with such a policy must deny them in its name, rows without must not: a webhook that
 * is not in force yet, or in force on a wrong row, would give figures that look fine.
 */
export async function proveRows(rig: StartedRig): Promise<void> {
  for (const proof of rig.experiment.proofs) await prove(rig, proof)
}

const PROOF_TIMEOUT_MS = 30_000
const POLL_MS = 100

// API servers learn of new policies by watching, each in its own time.
async function prove({ clients }: StartedRig, proof: Proof): Promise<void> {
  const { row, pod, deniedBy } = proof
  const deadline = performance.now() + PROOF_TIMEOUT_MS
  for (;;) {
    const answer = await clients[row.apiServer].send('POST', REQUEST_PATH, JSON.stringify(pod))
    if (isProven(answer, deniedBy)) return
    if (performance.now() > deadline) {
      throw unexpected(
        row,
        answer,
        deniedBy === undefined ? 'should allow the Pod' : `should deny the Pod (${deniedBy})`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

function isProven({ status, text }: Answer, deniedBy: string | undefined): boolean {
  if (deniedBy === undefined) return status === CREATED
  return status >= 400 && status < 500 && text.includes(deniedBy)
}

function unexpected(row: Row, { status, text }: Answer, should: string): GatehouseError {
  const message = `row ${row.name} (${row.title}) ${should}; the API server answered ${status}: ${text.slice(0, 500)}`
  return new GatehouseError('ERR_CLUSTER_API', message)
}
