import { UTC, type Zone } from './zone.ts'

const BILLION = 1_000_000_000n

/** An instant as clock and calendar of a zone show it. */
export interface Moment {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
  /** From 0, Sunday. */
  readonly weekday: number
  /** From 1. */
  readonly yearDay: number
  readonly offset: number
  readonly zoneName: string
}

export function toMoment(nanoseconds: bigint, zone: Zone): Moment {
  const seconds = secondsOf(nanoseconds)
  const offset = zone.offsetAt(seconds)
  const local = new Date((seconds + offset) * 1000)
  const newYear = Date.UTC(local.getUTCFullYear(), 0, 1)
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    nanosecond: Number(nanoseconds - BigInt(seconds) * BILLION),
    weekday: local.getUTCDay(),
    yearDay: Math.floor((local.getTime() - newYear) / 86_400_000) + 1,
    offset,
    zoneName: zone === UTC ? 'UTC' : zone.nameAt(seconds),
  }
}

export function secondsOf(nanoseconds: bigint): number {
  const seconds = nanoseconds / BILLION
  return Number(nanoseconds < seconds * BILLION ? seconds - 1n : seconds)
}

/** Year, month from 1, day, hour, minute, second; each may be beyond its range. */
export type Fields = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number]

/** The instant of a clock's and a calendar's reading, as Go chooses it where the clock was turned. */
export function toNanoseconds(fields: Fields, nanosecond: number, zone: Zone): bigint | undefined {
  const [year, month, ...rest] = fields
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, rest[0])
  date.setUTCHours(rest[1], rest[2], rest[3])
  const local = date.getTime() / 1000
  if (!Number.isInteger(local)) return undefined
  const offset = zone.offsetAt(local)
  return BigInt(local - (offset === 0 ? 0 : zone.offsetAt(local - offset))) * BILLION + BigInt(nanosecond)
}

/** Whether an instant fits the 64 bits that Go has for nanoseconds. */
export function isInRange(nanoseconds: bigint): boolean {
  return BigInt.asIntN(64, nanoseconds) === nanoseconds
}

export function daysIn(year: number, month: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 0)
  return date.getUTCDate()
}
