import { GatehouseError } from '../../util/errors.ts'
import { isRecord } from '../../util/record.ts'

/** What the API server answered instead of doing what it was asked for. */
export class KubeError extends GatehouseError {
  /** The HTTP status. */
  readonly status: number
  /** Such as `NotFound`, `AlreadyExists`, `Conflict`, `Expired`; empty when the answer was no Status. */
  readonly reason: string
  /** The API server's own sentence. */
  readonly statusMessage: string

  constructor(call: string, status: number, text: string) {
    const { reason, message } = readStatus(text)
    super('ERR_KUBE_API', `${call}: ${status}${reason && ` ${reason}`}: ${message}`)
    this.status = status
    this.reason = reason
    this.statusMessage = message
  }
}

/** Narrows to the API server's refusal with one of these HTTP statuses. */
export function isKubeError(error: unknown, ...statuses: readonly number[]): error is KubeError {
  return error instanceof KubeError && (statuses.length === 0 || statuses.includes(error.status))
}

// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
function readStatus(text: string): { reason: string; message: string } {
  const status = parse(text)
  if (!isRecord(status)) return { reason: '', message: text.slice(0, 500).trim() || 'without a word' }
  const { reason, message } = status
  return { reason: typeof reason === 'string' ? reason : '', message: typeof message === 'string' ? message : text }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
