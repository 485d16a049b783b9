import { parseDurationMs } from '../../util/duration.ts'
import { Memo } from '../../util/memo.ts'
import { toPatienceMs } from '../review/patience.ts'
import { HttpError } from './http-error.ts'

/** The longest that Kubernetes lets a webhook take; what a caller that names no timeout is given. */
const MAX_TIMEOUT_MS = 30_000

/**
 * How long an answer is of use, from the `?timeout=10s` that the API server appends. An answer that comes just before
 * its patience ends is worth more than none, so that some is left for the way back. @throws HttpError
 */
export function readTimeoutMs(query: string): number {
  return TIMEOUTS.get(query)
}

const TIMEOUTS = new Memo(64, parseTimeoutMs)

function parseTimeoutMs(query: string): number {
  const text = new URLSearchParams(query).get('timeout') ?? ''
  // an empty one is none to the API server, too
  if (text === '') return MAX_TIMEOUT_MS
  const timeoutMs = parseDurationMs(text)
  if (timeoutMs === undefined)
    throw new HttpError(400, `the timeout ${JSON.stringify(text)} is not a duration such as 10s or 500ms`)
  return limitTimeoutMs(timeoutMs)
}

/** How long an answer is of use to a caller that waits for so long. */
export function limitTimeoutMs(timeoutMs: number): number {
  return Math.min(MAX_TIMEOUT_MS, toPatienceMs(timeoutMs))
}
