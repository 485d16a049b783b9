/** A time zone. */
export interface Zone {
  /** Seconds east of Greenwich at an instant, in seconds since 1970. */
  offsetAt(seconds: number): number
  /** What the zone is called then: `UTC`, `CET`. */
  nameAt(seconds: number): string
}

export const UTC: Zone = { offsetAt: () => 0, nameAt: () => 'UTC' }

const MAX_KEPT = 50
const kept = new Map<string, Zone>()

/** A zone by its name in the IANA database; undefined if there is none. */
export function findZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return UTC
  const known = kept.get(name)
  if (known !== undefined) return known
  const zone = loadZone(name)
  if (zone === undefined) return undefined
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(name, zone)
  return zone
}

function loadZone(name: string): Zone | undefined {
  // V8 also knows offsets by name
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return undefined
  const numbers = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  try {
    const clock = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      second: 'numeric',
      ...numbers,
    })
    const label = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'short' })
    return { offsetAt: (seconds) => offsetOf(clock, seconds), nameAt: (seconds) => nameOf(label, seconds) }
  } catch {
    return undefined
  }
}

function offsetOf(clock: Intl.DateTimeFormat, seconds: number): number {
  const fields = new Map(clock.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]))
  const field = (type: Intl.DateTimeFormatPartTypes) => fields.get(type) ?? 0
  const local = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  )
  return local / 1000 - seconds
}

// V8 has names for few zones, and offsets for all others, which Go writes shorter.
function nameOf(label: Intl.DateTimeFormat, seconds: number): string {
  const name = label.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '', minutes = ''] = /^GMT([+-])(\d+)(?::(\d+))?$/.exec(name) ?? []
  return sign === undefined ? name : `${sign}${hours.padStart(2, '0')}${minutes}`
}
