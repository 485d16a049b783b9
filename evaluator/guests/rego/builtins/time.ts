import { parseDuration } from '../go/time/duration.ts'
import { formatTime } from '../go/time/format-time.ts'
import { NAMED_LAYOUTS, WEEKDAYS } from '../go/time/layout.ts'
import { daysIn, isInRange, type Moment, toMoment, toNanoseconds } from '../go/time/moment.ts'
import { parseTime } from '../go/time/parse-time.ts'
import { findZone, UTC, type Zone } from '../go/time/zone.ts'
import { isArray, type RegoArray, RegoNumber, type RegoValue } from '../values/value.ts'
import { type Builtin, type Builtins, NotDefined } from './builtin.ts'
import { countAt, integerAt, textAt, valueAt } from './operands.ts'

const parseRfc3339: Builtin = (args) => instant(parseTime(layoutOf('RFC3339'), textAt(args, 0)))
const date: Builtin = (args) => {
  const { year, month, day } = momentAt(args, 0)
  return numbers([year, month, day])
}

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/time */
export const TIME: Builtins = {
  'time.now_ns': (_args, query) => RegoNumber.of(query.now),
  'time.parse_rfc3339_ns': parseRfc3339,
  'time.date': date,
  // Kubewarden's policy server has these two under the wrong names
  parse_rfc3339_ns: parseRfc3339,
  date,
  'time.parse_ns': (args) => instant(parseTime(layoutOf(textAt(args, 0)), textAt(args, 1))),
  'time.parse_duration_ns': (args) => RegoNumber.of(parseDuration(textAt(args, 0)) ?? refuse('not a duration')),
  'time.clock': (args) => {
    const { hour, minute, second } = momentAt(args, 0)
    return numbers([hour, minute, second])
  },
  'time.weekday': (args) => WEEKDAYS[momentAt(args, 0).weekday] ?? '',
  'time.format': (args) => formatTime(momentAt(args, 0), layoutOf(timeAt(args, 0).layout || 'RFC3339Nano')),
  'time.add_date': (args) => addDate(timeAt(args, 0), [countAt(args, 1), countAt(args, 2), countAt(args, 3)]),
  'time.diff': (args) => diff(timeAt(args, 0), timeAt(args, 1)),
}

interface ZonedTime {
  readonly nanoseconds: bigint
  readonly zone: Zone
  readonly layout: string
}

// Nanoseconds, or an array of them, a zone, and a layout.
function timeAt(args: RegoArray, index: number): ZonedTime {
  const value = valueAt(args, index)
  if (!isArray(value)) return { nanoseconds: nanosecondsAt(args, index), zone: UTC, layout: '' }
  return {
    nanoseconds: nanosecondsAt(value, 0),
    zone: value.length < 2 ? UTC : (findZone(textAt(value, 1)) ?? refuse('an unknown zone')),
    layout: value.length < 3 ? '' : textAt(value, 2),
  }
}

function nanosecondsAt(args: RegoArray, index: number): bigint {
  const nanoseconds = integerAt(args, index)
  return isInRange(nanoseconds) ? nanoseconds : refuse('a time that is too far away')
}

function momentAt(args: RegoArray, index: number): Moment {
  const { nanoseconds, zone } = timeAt(args, index)
  return toMoment(nanoseconds, zone)
}

const layoutOf = (name: string) => NAMED_LAYOUTS.get(name) ?? name
const numbers = (list: readonly number[]): RegoValue => list.map(RegoNumber.of)

function instant(nanoseconds: bigint | undefined): RegoNumber {
  return nanoseconds !== undefined && isInRange(nanoseconds) ? RegoNumber.of(nanoseconds) : refuse('not a time')
}

type DateSpan = readonly [years: number, months: number, days: number]

function addDate({ nanoseconds, zone }: ZonedTime, [years, months, days]: DateSpan): RegoNumber {
  const { year, month, day, hour, minute, second, nanosecond } = toMoment(nanoseconds, zone)
  return instant(toNanoseconds([year + years, month + months, day + days, hour, minute, second], nanosecond, zone))
}

// Years, months, days, hours, minutes and seconds between two times, in the zone of the first.
function diff(first: ZonedTime, second: ZonedTime): RegoValue {
  const [from, to] = [first.nanoseconds, second.nanoseconds]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((nanoseconds) => toMoment(nanoseconds, first.zone))
  if (from === undefined || to === undefined) return refuse('no times')
  const span = FIELDS.map((field) => to[field] - from[field])
  for (const [index, size] of [0, 12, daysIn(from.year, from.month), 24, 60, 60].entries().toArray().toReversed()) {
    const value = span[index] ?? 0
    if (index === 0 || value >= 0) continue
    span[index] = value + size
    span[index - 1] = (span[index - 1] ?? 0) - 1
  }
  return numbers(span)
}

const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

function refuse(what: string): never {
  throw new NotDefined(what)
}
