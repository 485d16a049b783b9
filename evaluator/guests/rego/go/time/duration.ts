const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])
/** OPA's own, in hours. */
const LONG_UNITS: ReadonlyMap<string, number> = new Map([
  ['d', 24],
  ['w', 7 * 24],
  ['y', 365 * 24],
])
const SEGMENT = /(\d*)(?:\.(\d*))?([^\d.]+)/y
const MAX_INT64 = 2n ** 63n - 1n

/** `1h30m`, and with days, weeks and years `1w2d`, in nanoseconds; undefined if it is none. https://pkg.go.dev/time#ParseDuration */
export function parseDuration(text: string): bigint | undefined {
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (body === '0') return 0n
  let total = 0n
  SEGMENT.lastIndex = 0
  let end = 0
  for (let match = SEGMENT.exec(body); match !== null; match = SEGMENT.exec(body)) {
    const [all, whole = '', fraction = '', unit = ''] = match
    const segment = whole + fraction === '' ? undefined : readSegment(whole, fraction, unit)
    if (segment === undefined) return undefined
    total += segment
    end += all.length
  }
  const magnitude = sign === '-' ? MAX_INT64 + 1n : MAX_INT64
  if (end === 0 || end !== body.length || total > magnitude) return undefined
  return sign === '-' ? -total : total
}

function readSegment(whole: string, fraction: string, unit: string): bigint | undefined {
  const hours = LONG_UNITS.get(unit)
  if (hours !== undefined) {
    const text = (Number(`${whole || '0'}.${fraction || '0'}`) * hours).toString()
    const [longWhole = '', longFraction = ''] = text.split('.')
    return /e/.test(text) ? undefined : readSegment(longWhole, longFraction, 'h')
  }
  const size = UNITS.get(unit)
  if (size === undefined) return undefined
  // as Go computes it: in doubles
  const part =
    fraction === ''
      ? 0
      : Math.trunc(Number(fraction.slice(0, 18)) * (Number(size) / 10 ** Math.min(fraction.length, 18)))
  const nanoseconds = BigInt(whole || '0') * size + BigInt(part)
  return nanoseconds > MAX_INT64 + 1n ? undefined : nanoseconds
}
