import { Duration, floorDivide, type Timestamp, toTimestamp } from '../run/times.ts'
import { Failure, fitsInt } from '../run/values.ts'

const SECOND = 1_000_000_000n
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
}
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([-+])(\d\d):(\d\d))$/

const noDuration = () => new Failure("type conversion error from 'string' to 'google.protobuf.Duration'")
const noTimestamp = () => new Failure("type conversion error from 'string' to 'google.protobuf.Timestamp'")

/** Reads a duration such as `-1h30m0.5s`. https://pkg.go.dev/time#ParseDuration */
export function parseDuration(text: string): Duration | Failure {
  const sign = text.startsWith('-') ? -1n : 1n
  const body = text.replace(/^[-+]/, '')
  if (body === '0') return new Duration(0n)
  let nanos = 0n
  PART.lastIndex = 0
  while (PART.lastIndex < body.length) {
    const [, whole = '', fraction = '', unit = ''] = PART.exec(body) ?? []
    const size = UNITS[unit]
    // as in Go, each number may be of 64 bits, and the sum too
    if (size === undefined || whole + fraction === '' || whole.length > 20) return noDuration()
    nanos += BigInt(whole || '0') * size + fractionOf(fraction, size)
    if (!fitsInt(sign * nanos)) return noDuration()
  }
  return body === '' ? noDuration() : new Duration(sign * nanos)
}

// Go adds fractions as doubles; the digits that a double can tell are enough.
function fractionOf(digits: string, unit: bigint): bigint {
  const kept = digits.slice(0, 18)
  return kept === '' ? 0n : (BigInt(kept) * unit) / 10n ** BigInt(kept.length)
}

/** Reads an instant as RFC 3339 writes it. */
export function parseTimestamp(text: string): Timestamp | Failure {
  const [matched, ...parts] = RFC3339.exec(text) ?? []
  if (matched === undefined) return noTimestamp()
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(0, 6).map(Number)
  const [fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = parts.slice(6)
  const isTime = hour < 24 && minute < 60 && second < 60 && Number(offsetHours) <= 24 && Number(offsetMinutes) < 60
  if (!isTime || !isDate(year, month, day)) return noTimestamp()
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes))
  const seconds = BigInt(daysBefore(year, month, day)) * 86_400n + BigInt(hour * 3600 + (minute - offset) * 60 + second)
  return toTimestamp(seconds * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, '0')), offset)
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= ([31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0)
}

// Date.UTC would take years below 100 for years of the last century
const daysBefore = (year: number, month: number, day: number) =>
  new Date(0).setUTCFullYear(year, month - 1, day) / 86_400_000

/** Writes an instant as RFC 3339, with the offset that it came with. */
export function formatTimestamp({ nanos, offsetMinutes }: Timestamp): string {
  const local = nanos + BigInt(offsetMinutes) * 60n * SECOND
  const seconds = floorDivide(local, SECOND)
  const fraction = String(local - seconds * SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const date = new Date(Number(seconds) * 1000)
  const day = `${String(date.getUTCFullYear()).padStart(4, '0')}${date.toISOString().slice(-20, -5)}`
  return day + (fraction === '' ? '' : `.${fraction}`) + formatOffset(offsetMinutes)
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return 'Z'
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}
