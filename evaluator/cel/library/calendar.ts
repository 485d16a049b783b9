import { messageOf } from '../../../util/errors.ts'
import type { Timestamp } from '../run/times.ts'
import { Failure, type Result } from '../run/values.ts'
import type { Library } from '../types/environment.ts'

const DAY = 86_400_000

// What is read of an instant that was moved into its time zone, so that UTC's own fields tell it.
const FIELDS: Readonly<Record<string, (local: Date) => number>> = {
  getFullYear: (local) => local.getUTCFullYear(),
  getMonth: (local) => local.getUTCMonth(),
  getDate: (local) => local.getUTCDate(),
  getDayOfMonth: (local) => local.getUTCDate() - 1,
  getDayOfWeek: (local) => local.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (local) => local.getUTCHours(),
  getMinutes: (local) => local.getUTCMinutes(),
  getSeconds: (local) => local.getUTCSeconds(),
  getMilliseconds: (local) => local.getUTCMilliseconds(),
}

/** What can be read of an instant, in UTC or in a time zone. */
export const calendar: Library = {
  functions: Object.fromEntries(
    Object.entries(FIELDS).flatMap(([name, read]) => [
      [`<timestamp>.${name}(): int`, (time: Timestamp) => BigInt(read(toDate(time)))],
      [`<timestamp>.${name}(string): int`, (time: Timestamp, zone: string) => readIn(time, zone, read)],
    ]),
  ),
}

function readIn(time: Timestamp, zone: string, read: (local: Date) => number): Result {
  const date = toDate(time)
  const offset = zone.includes(':') ? parseOffset(zone) : offsetIn(date, zone)
  return offset instanceof Failure ? offset : BigInt(read(new Date(date.getTime() + offset)))
}

// `-08:00`; Go takes the hours with or without a sign
function parseOffset(zone: string): number | Failure {
  const [, hours = '', minutes = ''] = /^([-+]?\d{1,5}):(\d{1,2})$/.exec(zone) ?? []
  if (minutes === '') return new Failure(`"${zone}" is no offset from UTC`)
  const sign = zone.startsWith('-') ? -1 : 1
  return (Number(hours) * 60 + sign * Number(minutes)) * 60_000
}

function offsetIn(date: Date, zone: string): number | Failure {
  if (zone === '' || zone === 'UTC') return 0
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    const name = format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = /GMT([-+])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? []
    const size = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000
    return sign === '-' ? -size : size
  } catch (error) {
    return new Failure(`unknown time zone ${zone}: ${messageOf(error)}`)
  }
}

const toDate = ({ nanos }: Timestamp) => new Date(Number(nanos / 1_000_000n - (nanos % 1_000_000n < 0n ? 1n : 0n)))

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - new Date(local).setUTCMonth(0, 1)) / DAY)
}
