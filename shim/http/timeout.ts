/** The longest that Kubernetes lets a webhook take; what a caller that names no timeout is given. */
const MAX_TIMEOUT_MS = 30_000

/** What the verdict's way back may take, and what the API server had used up before the request left it. */
const MARGIN_MS = 200

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/**
 * How long an answer is of use, from the `?timeout=10s` that the API server appends. An answer that comes just before
 * its patience ends is worth more than none, so that some is left for the way back.
 */
export function readTimeoutMs(query: string): number {
  const timeoutMs = parseDuration(new URLSearchParams(query).get('timeout') ?? '')
  if (timeoutMs === undefined) return MAX_TIMEOUT_MS
  return Math.min(MAX_TIMEOUT_MS, timeoutMs - Math.min(MARGIN_MS, timeoutMs / 5))
}

/** Reads a duration as Go writes it, such as `1m30s`; undefined when it is none. */
function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined
  let sumMs = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    sumMs += Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]
  }
  return sumMs
}
