import { GatehouseError } from '../util/errors.ts'
import type { Answer } from './api-client.ts'
import { requestPath } from './bench-object.ts'
import type { Proof } from './experiment.ts'
import type { Send } from './load.ts'
import type { StartedRig } from './rig.ts'
import type { Row } from './rows.ts'

const CREATED = 201

/** The request of each row; it rejects unless the API server would have created the object. */
export function benchSends(rig: StartedRig): Readonly<Record<string, Send>> {
  const { rows, objectOf } = rig.experiment
  const sends = rows.map((row) => {
    const object = objectOf(row)
    const path = requestPath(object)
    const body = JSON.stringify(object)
    const send: Send = async () => {
      const answer = await rig.clientOf(row.apiServer).send('POST', path, body)
      if (answer.status !== CREATED) throw unexpected(row, answer, 'should allow it')
    }
    return [row.name, send] as const
  })
  return Object.fromEntries(sends)
}

/**
 * Sends objects that policies deny. Rows with such a policy must deny them in its name, rows without must not: a webhook that
 * is not in force yet, or in force on a wrong row, would give figures that look fine.
 */
export async function proveRows(rig: StartedRig): Promise<void> {
  for (const proof of rig.experiment.proofs) await prove(rig, proof)
}

const PROOF_TIMEOUT_MS = 30_000
const POLL_MS = 100

// API servers learn of new policies by watching, each in its own time.
async function prove({ clientOf }: StartedRig, proof: Proof): Promise<void> {
  const { row, object, deniedBy } = proof
  const deadline = performance.now() + PROOF_TIMEOUT_MS
  for (;;) {
    const answer = await clientOf(row.apiServer).send('POST', requestPath(object), JSON.stringify(object))
    if (isProven(answer, deniedBy)) return
    if (performance.now() > deadline) {
      throw unexpected(row, answer, deniedBy === undefined ? 'should allow it' : `should deny it (${deniedBy})`)
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
