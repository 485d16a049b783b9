import { type LayoutPart, MONTHS, readLayout, WEEKDAYS } from './layout.ts'
import type { Moment } from './moment.ts'

/** https://pkg.go.dev/time#Time.Format */
export function formatTime(moment: Moment, layout: string): string {
  return readLayout(layout)
    .map((part) => formatPart(part, moment))
    .join('')
}

function formatPart({ kind, text }: LayoutPart, moment: Moment): string {
  if (kind === 'text') return text
  if (kind === 'fraction') return formatFraction(text, moment)
  return FORMATS.get(text)?.(moment) ?? formatOffset(text, moment)
}

const pad = (number: number, width: number, fill = '0') => String(number).padStart(width, fill)
const hour12 = ({ hour }: Moment) => hour % 12 || 12

const FORMATS: ReadonlyMap<string, (moment: Moment) => string> = new Map<string, (moment: Moment) => string>([
  ['January', ({ month }) => MONTHS[month - 1] ?? ''],
  ['Jan', ({ month }) => (MONTHS[month - 1] ?? '').slice(0, 3)],
  ['Monday', ({ weekday }) => WEEKDAYS[weekday] ?? ''],
  ['Mon', ({ weekday }) => (WEEKDAYS[weekday] ?? '').slice(0, 3)],
  ['MST', ({ zoneName }) => zoneName],
  ['1', ({ month }) => String(month)],
  ['01', ({ month }) => pad(month, 2)],
  ['2', ({ day }) => String(day)],
  ['02', ({ day }) => pad(day, 2)],
  ['_2', ({ day }) => pad(day, 2, ' ')],
  ['002', ({ yearDay }) => pad(yearDay, 3)],
  ['__2', ({ yearDay }) => pad(yearDay, 3, ' ')],
  ['2006', ({ year }) => pad(year, 4)],
  ['06', ({ year }) => pad(year % 100, 2)],
  ['15', ({ hour }) => pad(hour, 2)],
  ['3', (moment) => String(hour12(moment))],
  ['03', (moment) => pad(hour12(moment), 2)],
  ['4', ({ minute }) => String(minute)],
  ['04', ({ minute }) => pad(minute, 2)],
  ['5', ({ second }) => String(second)],
  ['05', ({ second }) => pad(second, 2)],
  ['PM', ({ hour }) => (hour >= 12 ? 'PM' : 'AM')],
  ['pm', ({ hour }) => (hour >= 12 ? 'pm' : 'am')],
])

// `Z0700` is `Z` for UTC.
function formatOffset(element: string, { offset }: Moment): string {
  if (element.startsWith('Z') && offset === 0) return 'Z'
  const total = Math.abs(offset)
  const colon = element.includes(':') ? ':' : ''
  const fields = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60]
  const count = element.replaceAll(':', '').slice(1).length / 2
  return (
    (offset < 0 ? '-' : '+') +
    fields
      .slice(0, count)
      .map((field) => pad(field, 2))
      .join(colon)
  )
}

// Nines leave zeros at the end out, and the point with them.
function formatFraction(element: string, { nanosecond }: Moment): string {
  const digits = pad(nanosecond, 9).slice(0, element.length - 1)
  const shown = element[1] === '9' ? digits.replace(/0+$/, '') : digits
  return shown === '' ? '' : element.slice(0, 1) + shown.padEnd(element[1] === '9' ? 0 : element.length - 1, '0')
}
