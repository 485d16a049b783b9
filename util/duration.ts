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

/** Reads a duration as Go writes it, such as `1m30s`; milliseconds, and undefined when it is none, or negative. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^\+?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:[nu\u00b5\u03bcm]?s|m|h))+)$/.test(text)) return undefined
  let sumMs = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)([^\d.]+)/g)) {
    sumMs += Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]
  }
  return sumMs
}

/** Writes a span for a person: its two largest units, such as `3d4h`, `10m`, `1m30s`. */
export function formatDuration(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1000))
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return '0s'
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return shown.map(([amount, unit]) => `${amount}${unit}`).join('')
}
