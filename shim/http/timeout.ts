import { HttpError } from './http-error.ts'

/** The longest that Kubernetes lets a webhook take; what a caller that names no timeout is given. */
const MAX_TIMEOUT_MS = 30_000

/** What the verdict's way back may take, and what the API server had used up before the request left it. */
const MARGIN_MS = 200

// the two letters that write µ: the micro sign, and the Greek mu
const UNITS_MS = {
  ns: 1e-6,
  us: 1e-3,
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
} as const

/**
 * How long an answer is of use, from the `?timeout=10s` that the API server appends. An answer that comes just before
 * its patience ends is worth more than none, so that some is left for the way back. @throws HttpError
 */
export function readTimeoutMs(query: string): number {
  const text = new URLSearchParams(query).get('timeout') ?? ''
  // an empty one is none to the API server, too
  if (text === '') return MAX_TIMEOUT_MS
  const timeoutMs = parseDuration(text)
  if (timeoutMs === undefined)
    throw new HttpError(400, `the timeout ${JSON.stringify(text)} is not a duration such as 10s or 500ms`)
  return Math.min(MAX_TIMEOUT_MS, timeoutMs - Math.min(MARGIN_MS, timeoutMs / 5))
}

/** Reads a duration as Go writes it, such as `1m30s`; undefined when it is none, or negative. */
function parseDuration(text: string): number | undefined {
  if (!/^\+?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:[nu\u00b5\u03bcm]?s|m|h))+)$/.test(text)) return undefined
  let sumMs = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)([^\d.]+)/g)) {
    sumMs += Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]
  }
  return sumMs
}
