import { type LayoutPart, MONTHS, readLayout, WEEKDAYS } from './layout.ts'
import { daysIn, toNanoseconds } from './moment.ts'
import { UTC } from './zone.ts'

/** What the parts of a text said. */
interface Reading {
  year: number
  month: number
  day: number
  yearDay: number
  hour: number
  minute: number
  second: number
  nanosecond: number
  half: 'AM' | 'PM' | undefined
  offset: number
}

/** https://pkg.go.dev/time#Parse, in nanoseconds since 1970; undefined where Go reports an error. */
export function parseTime(layout: string, text: string): bigint | undefined {
  const reading: Reading = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    offset: 0,
  }
  let rest: string | undefined = text
  const parts = readLayout(layout)
  for (const [index, part] of parts.entries()) {
    rest = readPart(part, rest, reading)
    if (rest === undefined) return undefined
    // a fraction may follow the seconds, even if the layout has none
    if (/^0?5$/.test(part.text) && parts[index + 1]?.kind !== 'fraction')
      rest = readFraction(/^[.,]\d+/, rest, reading) ?? rest
  }
  return rest === '' ? toInstant(reading) : undefined
}

function readPart({ kind, text }: LayoutPart, rest: string, reading: Reading): string | undefined {
  if (kind === 'text') return skipText(text, rest)
  if (kind === 'element') return (ELEMENTS.get(text) ?? offsetReader(text))(rest, reading)
  if (text[1] === '0') return readFraction(new RegExp(`^[.,]\\d{${text.length - 1}}`), rest, reading)
  return readFraction(/^[.,]\d{1,9}/, rest, reading) ?? rest
}

// Spaces stand for any number of spaces.
function skipText(text: string, rest: string): string | undefined {
  let [wanted, found] = [text, rest]
  while (wanted !== '') {
    if (wanted.startsWith(' ')) {
      if (found !== '' && !found.startsWith(' ')) return undefined
      wanted = wanted.replace(/^ +/, '')
      found = found.replace(/^ +/, '')
    } else {
      if (found[0] !== wanted[0]) return undefined
      wanted = wanted.slice(1)
      found = found.slice(1)
    }
  }
  return found
}

function readFraction(pattern: RegExp, rest: string, reading: Reading): string | undefined {
  const fraction = pattern.exec(rest)?.[0]
  if (fraction === undefined) return undefined
  reading.nanosecond = Number(fraction.slice(1, 10).padEnd(9, '0'))
  return rest.slice(fraction.length)
}

/** Reads the front of a text, and gives what is behind it; undefined if it is not there. */
type Read = (rest: string, reading: Reading) => string | undefined
type NumberField = Exclude<keyof Reading, 'half'>

function numberReader(pattern: RegExp, field: NumberField, [min, max]: readonly [number, number]): Read {
  return (rest, reading) => {
    const found = pattern.exec(rest)?.[0]
    const number = found === undefined ? Number.NaN : Number(found)
    if (found === undefined || !(number >= min && number <= max)) return undefined
    reading[field] = number
    return rest.slice(found.length)
  }
}

function nameReader(names: readonly string[], keep: (index: number, reading: Reading) => void): Read {
  return (rest, reading) => {
    const index = names.findIndex((name) => rest.slice(0, name.length).toLowerCase() === name.toLowerCase())
    const name = names[index]
    if (name === undefined) return undefined
    keep(index, reading)
    return rest.slice(name.length)
  }
}

const short = (names: readonly string[]) => names.map((name) => name.slice(0, 3))
const keepMonth = (index: number, reading: Reading) => {
  reading.month = index + 1
}
const keepNothing = () => {}
const halfReader = (names: readonly [string, string]): Read => {
  return (rest, reading) => {
    const index = names.indexOf(rest.slice(0, 2))
    if (index === -1) return undefined
    reading.half = index === 0 ? 'AM' : 'PM'
    return rest.slice(2)
  }
}

const [ONE_OR_TWO, TWO] = [/^\d{1,2}/, /^\d{2}/]
const ELEMENTS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['January', nameReader(MONTHS, keepMonth)],
  ['Jan', nameReader(short(MONTHS), keepMonth)],
  ['Monday', nameReader(WEEKDAYS, keepNothing)],
  ['Mon', nameReader(short(WEEKDAYS), keepNothing)],
  ['1', numberReader(ONE_OR_TWO, 'month', [1, 12])],
  ['01', numberReader(TWO, 'month', [1, 12])],
  ['2', numberReader(ONE_OR_TWO, 'day', [0, 99])],
  ['_2', numberReader(/^ ?\d{1,2}/, 'day', [0, 99])],
  ['02', numberReader(TWO, 'day', [0, 99])],
  ['002', numberReader(/^\d{3}/, 'yearDay', [1, 366])],
  ['__2', numberReader(/^( {2}\d| \d{2}|\d{3})/, 'yearDay', [1, 366])],
  ['2006', numberReader(/^\d{4}/, 'year', [0, 9999])],
  [
    '06',
    (rest, reading) => {
      if (!TWO.test(rest)) return undefined
      const year = Number(rest.slice(0, 2))
      reading.year = year + (year >= 69 ? 1900 : 2000)
      return rest.slice(2)
    },
  ],
  ['15', numberReader(ONE_OR_TWO, 'hour', [0, 23])],
  ['3', numberReader(ONE_OR_TWO, 'hour', [0, 12])],
  ['03', numberReader(TWO, 'hour', [0, 12])],
  ['4', numberReader(ONE_OR_TWO, 'minute', [0, 59])],
  ['04', numberReader(TWO, 'minute', [0, 59])],
  ['5', numberReader(ONE_OR_TWO, 'second', [0, 59])],
  ['05', numberReader(TWO, 'second', [0, 59])],
  ['PM', halfReader(['AM', 'PM'])],
  ['pm', halfReader(['am', 'pm'])],
  // a name says nothing of an offset
  ['MST', (rest) => afterMatch(/^(?:ChST|MeST|GMT[+-]\d{1,2}|[A-Z]{3,4}T?(?![A-Z])|[+-]\d{2})/, rest)],
])

function afterMatch(pattern: RegExp, rest: string): string | undefined {
  const found = pattern.exec(rest)?.[0]
  return found === undefined ? undefined : rest.slice(found.length)
}

function offsetReader(element: string): Read {
  const pattern = new RegExp(`^([+-])${element.slice(1).replace(/\d\d/g, '(\\d\\d)')}`)
  return (rest, reading) => {
    if (element.startsWith('Z') && rest.startsWith('Z')) return rest.slice(1)
    const [all = '', sign, hours = '', minutes = '0', seconds = '0'] = pattern.exec(rest) ?? []
    if (sign === undefined || Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
    const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
    reading.offset = sign === '-' ? -offset : offset
    return rest.slice(all.length)
  }
}

function toInstant(reading: Reading): bigint | undefined {
  const date = toDate(reading)
  if (date === undefined) return undefined
  const { minute, second, nanosecond, offset, year } = reading
  return toNanoseconds([year, ...date, hourOf(reading), minute, second - offset], nanosecond, UTC)
}

function hourOf({ hour, half }: Reading): number {
  if (half === 'PM' && hour < 12) return hour + 12
  return half === 'AM' && hour === 12 ? 0 : hour
}

type MonthAndDay = readonly [month: number, day: number]

function toDate({ year, month, day, yearDay }: Reading): MonthAndDay | undefined {
  if (yearDay !== -1) return toDateOfYear(year, yearDay, [month, day])
  const [givenMonth, givenDay] = [month === -1 ? 1 : month, day === -1 ? 1 : day]
  return givenDay < 1 || givenDay > daysIn(year, givenMonth) ? undefined : [givenMonth, givenDay]
}

// A day of the year must agree with month and day, where they are given.
function toDateOfYear(year: number, yearDay: number, [month, day]: MonthAndDay): MonthAndDay | undefined {
  if (yearDay > 365 && daysIn(year, 2) === 28) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, 0, yearDay)
  const found = [date.getUTCMonth() + 1, date.getUTCDate()] as const
  return [-1, found[0]].includes(month) && [-1, found[1]].includes(day) ? found : undefined
}
