const INTERVAL_MS = 3000

/** Passes on at most one text every few seconds, so that a log file stays readable. */
export function everyFewSeconds(detail: (text: string) => void): (text: () => string) => void {
  let next = 0
  return (text) => {
    const now = performance.now()
    if (now < next) return
    next = now + INTERVAL_MS
    detail(text())
  }
}
