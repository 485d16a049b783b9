import { isUtf8 } from 'node:buffer'
import { type Duration, type Timestamp, toTimestamp } from '../run/times.ts'
import { Failure, fitsInt, fitsUint, type Result, toInt, toUint, Uint } from '../run/values.ts'
import type { Library } from '../types/environment.ts'
import { formatDouble, formatSeconds, parseDouble } from './numbers.ts'
import { formatTimestamp, parseDuration, parseTimestamp } from './time-text.ts'

const SECOND = 1_000_000_000n
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False'])

const same = <T>(value: T) => value

/** `int(x)`, `string(x)` and so on. https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions */
export const conversions: Library = {
  functions: {
    'bool(bool): bool': same<boolean>,
    'bool(string): bool': parseBool,
    'bytes(bytes): bytes': same<Uint8Array>,
    'bytes(string): bytes': (text: string) => Buffer.from(text),
    'double(double): double': same<number>,
    'double(int): double': (value: bigint) => Number(value),
    'double(string): double': (text: string) => parseDouble(text) ?? noConversion('string', 'double'),
    'double(uint): double': ({ value }: Uint) => Number(value),
    'duration(duration): duration': same<Duration>,
    'duration(string): duration': parseDuration,
    'int(int): int': same<bigint>,
    'int(double): int': doubleToInt,
    'int(duration): int': ({ nanos }: Duration) => nanos,
    'int(string): int': (text: string) => parseInteger(text, /^[-+]?\d+$/, fitsInt) ?? noConversion('string', 'int'),
    'int(timestamp): int': ({ seconds }: Timestamp) => seconds,
    'int(uint): int': ({ value }: Uint) => toInt(value),
    'string(string): string': same<string>,
    'string(bool): string': String,
    'string(bytes): string': bytesToString,
    'string(double): string': formatDouble,
    'string(duration): string': ({ nanos }: Duration) => `${formatSeconds(nanos)}s`,
    'string(int): string': String,
    'string(timestamp): string': formatTimestamp,
    'string(uint): string': ({ value }: Uint) => String(value),
    'timestamp(timestamp): timestamp': same<Timestamp>,
    'timestamp(int): timestamp': (seconds: bigint) => toTimestamp(seconds * SECOND),
    'timestamp(string): timestamp': parseTimestamp,
    'uint(uint): uint': same<Uint>,
    'uint(double): uint': doubleToUint,
    'uint(int): uint': toUint,
    'uint(string): uint': parseUint,
    '<duration>.getHours(): int': ({ nanos }: Duration) => nanos / (3600n * SECOND),
    '<duration>.getMinutes(): int': ({ nanos }: Duration) => nanos / (60n * SECOND),
    '<duration>.getSeconds(): int': ({ nanos }: Duration) => nanos / SECOND,
    '<duration>.getMilliseconds(): int': ({ nanos }: Duration) => nanos / 1_000_000n,
  },
}

const noConversion = (from: string, to: string) => new Failure(`type conversion error from '${from}' to '${to}'`)

function parseBool(text: string): Result {
  if (TRUE.has(text)) return true
  return FALSE.has(text) ? false : noConversion('string', 'bool')
}

function parseInteger(text: string, form: RegExp, fits: (value: bigint) => boolean): bigint | undefined {
  // 64 bits have 20 digits; whoever writes more zeros before them is read all the same
  if (!form.test(text) || text.length > 10_000) return undefined
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', ''))
  return fits(value) ? value : undefined
}

function parseUint(text: string): Result {
  const value = parseInteger(text, /^\d+$/, fitsUint)
  return value === undefined ? noConversion('string', 'uint') : new Uint(value)
}

function doubleToInt(value: number): Result {
  const fits = value > -(2 ** 63) && value < 2 ** 63
  return fits ? BigInt(Math.trunc(value)) : new Failure('integer overflow')
}

function doubleToUint(value: number): Result {
  return value >= 0 && value < 2 ** 64 ? new Uint(BigInt(Math.trunc(value))) : new Failure('unsigned integer overflow')
}

function bytesToString(bytes: Uint8Array): Result {
  if (!isUtf8(bytes)) return new Failure('invalid UTF-8 in bytes, cannot convert to string')
  return Buffer.from(bytes).toString('utf8')
}
