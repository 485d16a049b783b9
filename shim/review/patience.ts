/** What the verdict's way back may take, and what the API server had used up before the request left it. */
const MARGIN_MS = 200

/**
 * How long an answer is of use to somebody who waits for a span of time: one that comes just before his patience ends is worth
 * more than none, so that some is left for the way back.
 */
export function toPatienceMs(timeoutMs: number): number {
  return timeoutMs - Math.min(MARGIN_MS, timeoutMs / 5)
}
