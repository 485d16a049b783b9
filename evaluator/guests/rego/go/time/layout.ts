/** One piece of a layout: what is to be written, or text that stands for itself. https://pkg.go.dev/time#pkg-constants */
export interface LayoutPart {
  readonly kind: 'text' | 'element' | 'fraction'
  readonly text: string
}

// In this order: of two that fit, the first.
const ELEMENTS = [
  'January',
  'Jan(?![a-z])',
  'Monday',
  'Mon(?![a-z])',
  'MST',
  '002',
  '0[1-6]',
  '15',
  '1',
  '2006',
  '2',
  '__2',
  '_2(?!006)',
  '3',
  '4',
  '5',
  'PM',
  'pm',
  '[-Z]070000',
  '[-Z]07:00:00',
  '[-Z]0700',
  '[-Z]07:00',
  '[-Z]07',
]
const FRACTION = '[.,](?:0+|9+)(?![0-9])'
const PART = new RegExp(`(?<fraction>${FRACTION})|(?<element>${ELEMENTS.join('|')})`, 'g')

/** Go's own names of layouts. */
export const NAMED_LAYOUTS: ReadonlyMap<string, string> = new Map([
  ['ANSIC', 'Mon Jan _2 15:04:05 2006'],
  ['UnixDate', 'Mon Jan _2 15:04:05 MST 2006'],
  ['RubyDate', 'Mon Jan 02 15:04:05 -0700 2006'],
  ['RFC822', '02 Jan 06 15:04 MST'],
  ['RFC822Z', '02 Jan 06 15:04 -0700'],
  ['RFC850', 'Monday, 02-Jan-06 15:04:05 MST'],
  ['RFC1123', 'Mon, 02 Jan 2006 15:04:05 MST'],
  ['RFC1123Z', 'Mon, 02 Jan 2006 15:04:05 -0700'],
  ['RFC3339', '2006-01-02T15:04:05Z07:00'],
  ['RFC3339Nano', '2006-01-02T15:04:05.999999999Z07:00'],
])

/** Takes a layout apart. */
export function readLayout(layout: string): readonly LayoutPart[] {
  const parts: LayoutPart[] = []
  let end = 0
  const addText = (to: number) => {
    if (to > end) parts.push({ kind: 'text', text: layout.slice(end, to) })
  }
  for (const match of layout.matchAll(PART)) {
    addText(match.index)
    parts.push({ kind: match.groups?.['fraction'] === undefined ? 'element' : 'fraction', text: match[0] })
    end = match.index + match[0].length
  }
  addText(layout.length)
  return parts
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
