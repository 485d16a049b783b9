import { CelMap } from '../run/cel-map.ts'
import { compareStrings } from '../run/order.ts'
import { Duration, Timestamp } from '../run/times.ts'
import { typeNameOf } from '../run/type-of.ts'
import { Failure, type Result, TypeValue, Uint, type Value } from '../run/values.ts'
import { conversions } from './conversions.ts'
import { formatDouble, formatSeconds, toFixed } from './numbers.ts'
import { formatTimestamp } from './time-text.ts'

const DEFAULT_PRECISION = 6
// What JavaScript writes; Go has no end to it that anybody would look at.
const MAX_PRECISION = 100

const CLAUSE = /%(?:(%)|(?:\.(\d+))?(.))/gsu

/** `'%d of %s'.format([1, 'x'])`. https://pkg.go.dev/github.com/google/cel-go/ext#Strings */
export function formatText(template: string, args: readonly Value[]): Result {
  let next = 0
  let failure: Failure | undefined
  const text = template.replace(
    CLAUSE,
    (_clause, percent: string | undefined, precision: string | undefined, verb: string) => {
      if (percent !== undefined) return '%'
      const arg = args[next]
      const result = arg === undefined ? new Failure(`index ${next} out of range`) : formatClause(verb, arg, precision)
      next += 1
      if (result instanceof Failure) failure ??= result
      return String(result)
    },
  )
  return failure ?? (/(?<!%)(?:%%)*%$/.test(template) ? new Failure('unexpected end of string') : text)
}

function formatClause(verb: string, value: Value, written: string | undefined): string | Failure {
  const precision = written === undefined ? DEFAULT_PRECISION : Number(written)
  if (precision > MAX_PRECISION) return new Failure(`precision ${precision} is more than ${MAX_PRECISION}`)
  const format = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  return format?.(value, precision) ?? new Failure(describe(verb, value))
}

type Format = (value: Value, precision: number) => string | Failure | undefined

const VERBS: Readonly<Record<string, Format>> = {
  s: (value) => formatValue(value),
  d: (value) => integerOf(value)?.toString(),
  f: (value, precision) => withDouble(value, (double) => formatFixed(double, precision)),
  e: (value, precision) => withDouble(value, (double) => formatScientific(double, precision)),
  b: (value) => (typeof value === 'boolean' ? String(Number(value)) : integerOf(value)?.toString(2)),
  o: (value) => integerOf(value)?.toString(8),
  x: formatHex,
  X: (value) => formatHex(value)?.toUpperCase(),
}

const describe = (verb: string, value: Value) =>
  Object.hasOwn(VERBS, verb) ? `%${verb} formats no ${typeNameOf(value)}` : `unrecognized formatting clause "${verb}"`

function integerOf(value: Value): bigint | undefined {
  return value instanceof Uint ? value.value : typeof value === 'bigint' ? value : undefined
}

function formatHex(value: Value): string | undefined {
  if (typeof value === 'string') return Buffer.from(value).toString('hex')
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : integerOf(value)?.toString(16)
}

// JSON has no infinity: it may come as a word
function withDouble(value: Value, format: (double: number) => string): string | undefined {
  if (typeof value === 'number') return format(value)
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? format(Number(value)) : undefined
}

// As Go's x/text writes numbers in American English, groups of thousands and all.
function formatFixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return formatWord(value)
  return toFixed(value, precision).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
}

// The same, with a peculiarity of Go's CEL: the precision is taken for the least width.
function formatScientific(value: number, width: number): string {
  if (!Number.isFinite(value)) return formatWord(value).padStart(width)
  const [mantissa = '', exponent = ''] = value.toExponential(DEFAULT_PRECISION).split('e')
  const digits = exponent.replace(/^[-+]/, '').padStart(2, '0')
  const power = [...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')
  return `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${power}`.padStart(width)
}

const formatWord = (value: number) => (Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞')

function formatValue(value: Value): string | Failure | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatDouble(value)
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return `${formatSeconds(value.nanos)}s`
  if (value instanceof Uint8Array) return bytesToText(value)
  if (Array.isArray(value)) return formatAll(value.map(formatElement), (parts) => `[${parts.join(', ')}]`)
  return value instanceof CelMap ? formatMap(value) : formatSimple(value)
}

function bytesToText(value: Uint8Array): string | Failure {
  const convert = conversions.functions?.['string(bytes): string'] as (bytes: Uint8Array) => string | Failure
  return convert(value)
}

function formatSimple(value: Value): string | undefined {
  if (value === null || typeof value === 'boolean') return String(value)
  return value instanceof TypeValue ? value.name : integerOf(value)?.toString()
}

// Within lists and maps, values look like literals.
function formatElement(value: Value): string | Failure | undefined {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number')
    return Number.isFinite(value) ? toFixed(value, DEFAULT_PRECISION) : `"${formatDouble(value)}"`
  if (value instanceof Timestamp) return `timestamp("${formatTimestamp(value)}")`
  if (value instanceof Duration) return `duration("${formatSeconds(value.nanos)}s")`
  const text = formatValue(value)
  return value instanceof Uint8Array && typeof text === 'string' ? `b${JSON.stringify(text)}` : text
}

function formatMap(map: CelMap): string | Failure | undefined {
  const parts = map.pairs().map(([key, value]) => {
    const name = isFormattedKey(key)
      ? formatElement(key)
      : new Failure(`a map key of type ${typeNameOf(key)} is not formatted`)
    return formatAll([name, formatElement(value)], (pair) => pair.join(':'))
  })
  return formatAll(parts, (texts) => `{${texts.sort(compareStrings).join(', ')}}`)
}

const isFormattedKey = (key: Value) =>
  typeof key === 'string' || typeof key === 'boolean' || integerOf(key) !== undefined

function formatAll(
  parts: readonly (string | Failure | undefined)[],
  join: (texts: string[]) => string,
): string | Failure | undefined {
  const failed = parts.find((part) => typeof part !== 'string')
  return parts.every((part) => typeof part === 'string') ? join([...parts]) : failed
}
